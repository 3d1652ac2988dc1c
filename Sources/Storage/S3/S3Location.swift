import Format

/// `s3://bucket/prefix`: a bucket, and the folder of it that is the root of a repository.
package struct S3Location: Sendable, Equatable, CustomStringConvertible {
    /// Keys of S3 have at most 1,024 bytes; what `ObjectKey` and the slash between leave is for the prefix.
    package static let prefixBytesMax = 1024 - ObjectKey.byteCountMax - 1

    /// As in the URL; case counts.
    package let bucket: String
    /// Without slashes at its ends; empty for the whole bucket.
    package let prefix: String

    /// Reads a URL; throws `misconfigured` with the reason.
    package init(_ url: String) throws(StoreError) {
        func failure(_ cause: String) -> StoreError {
            StoreError(
                .misconfigured, operation: "parse repository URL", object: url, cause: cause,
                hint: "Write it as s3://bucket or s3://bucket/prefix; the server's address goes into endpoint.")
        }
        guard url.lowercased().hasPrefix("s3://") else { throw failure("it does not begin with s3://") }
        let parts = url.dropFirst("s3://".count).split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let bucket = String(parts.first ?? "")
        guard Self.isBucketName(bucket) else { throw failure("\"\(bucket)\" cannot be the name of a bucket") }
        var prefix = parts.count > 1 ? parts[1] : ""
        if prefix.hasSuffix("/") { prefix.removeLast() }
        guard prefix.isEmpty || ObjectKey(String(prefix)) != nil, prefix.utf8.count <= Self.prefixBytesMax else {
            throw failure(
                "the prefix may have A-Z a-z 0-9 . _ - + between its slashes, and \(Self.prefixBytesMax) characters")
        }
        self.bucket = bucket
        self.prefix = String(prefix)
    }

    /// `s3://bucket/prefix`.
    package var description: String { "s3://\(bucket)" + (prefix.isEmpty ? "" : "/\(prefix)") }

    /// The key in the bucket of what the repository calls `path`.
    func fullKey(_ path: String) -> String { prefix.isEmpty ? path : "\(prefix)/\(path)" }

    /// The repository's own name of a key in the bucket; nil for what is outside the prefix, or not named like ours.
    func objectKey(_ fullKey: String) -> ObjectKey? {
        guard !prefix.isEmpty else { return ObjectKey(fullKey) }
        guard fullKey.hasPrefix(prefix + "/") else { return nil }
        return ObjectKey(String(fullKey.dropFirst(prefix.count + 1)))
    }

    /// AWS wants 3–63 of a-z 0-9 . - (https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html);
    /// other servers, and AWS's oldest buckets, also have capitals, underscores and up to 255 characters.
    private static func isBucketName(_ name: String) -> Bool {
        guard (3...255).contains(name.utf8.count), !name.contains(".."), !name.hasPrefix("."), !name.hasPrefix("-")
        else { return false }
        return name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
    }
}
