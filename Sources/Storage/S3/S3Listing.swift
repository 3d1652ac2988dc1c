package import Platform

/// The answer to ListObjectsV2 (https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html).
package struct S3Listing: Sendable, Equatable {
    /// One object.
    package struct Entry: Sendable, Equatable {
        /// In the bucket, decoded; not necessarily one of ours.
        package let key: String
        /// Its size.
        package let byteCount: UInt64
        /// By the server's clock.
        package let modified: UnixTime?
        /// The entity tag without its quotes.
        package let tag: String?
    }

    /// In the order of the keys' bytes.
    package let entries: [Entry]
    /// Whether there are more after the last entry.
    package let isTruncated: Bool
    /// Where the server goes on, if it said.
    package let continuation: String?

    /// Reads the document; throws where it is another, or lacks what every listing has.
    package init(_ root: XMLElement) throws(XMLReader.Failure) {
        guard root.name == "ListBucketResult" else {
            throw XMLReader.Failure(cause: "the document is \"\(root.name)\", not \"ListBucketResult\"")
        }
        switch root.text(of: "IsTruncated") {
        case "true": isTruncated = true
        case "false": isTruncated = false
        case let other: throw XMLReader.Failure(cause: "IsTruncated is \"\(other ?? "")\"")
        }
        continuation = root.text(of: "NextContinuationToken").flatMap { $0.isEmpty ? nil : $0 }
        let isEncoded = root.text(of: "EncodingType") == "url"
        var entries: [Entry] = []
        for child in root.children where child.name == "Contents" {
            entries.append(try Self.entry(child, isEncoded: isEncoded))
        }
        guard zip(entries, entries.dropFirst()).allSatisfy({ Self.isBefore($0.key, $1.key) }) else {
            throw XMLReader.Failure(cause: "the keys are not in the order of their bytes")
        }
        self.entries = entries
    }

    static func isBefore(_ left: String, _ right: String) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }

    private static func entry(_ element: XMLElement, isEncoded: Bool) throws(XMLReader.Failure) -> Entry {
        guard let text = element.text(of: "Key"), let key = isEncoded ? PercentEncoding.decode(text) : text else {
            throw XMLReader.Failure(cause: "an entry without a key")
        }
        guard let size = element.text(of: "Size").flatMap({ UInt64($0) }) else {
            throw XMLReader.Failure(cause: "\"\(key)\" has no size")
        }
        return Entry(
            key: key, byteCount: size, modified: element.text(of: "LastModified").flatMap { UnixTime(iso8601: $0) },
            tag: element.text(of: "ETag").map(EntityTag.unquoted))
    }
}
