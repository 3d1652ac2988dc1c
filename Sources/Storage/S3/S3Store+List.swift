package import Format
package import Platform

extension S3Store {
    package func list(
        prefix: String, after: ObjectKey?, until deadline: Deadline
    ) throws(StoreError) -> Page {
        let location = configuration.location
        var start = after.map { location.fullKey($0.path) }
        var continuation: String?
        // More than one round only where a page has no key of ours: then there is nothing to name as `nextAfter`.
        while true {
            let listing = try listing(prefix: prefix, after: start, continuation: continuation, until: deadline)
            if let start, let first = listing.entries.first, !S3Listing.isBefore(start, first.key) {
                throw StoreError(
                    .serverFault, .list, prefix, cause: "asked for keys after \"\(start)\", answered \"\(first.key)\"")
            }
            let objects = listing.entries.compactMap { entry in
                location.objectKey(entry.key).map {
                    ObjectInfo(key: $0, byteCount: entry.byteCount, modified: entry.modified, tag: entry.tag)
                }
            }
            if !listing.isTruncated { return Page(objects: objects, nextAfter: nil) }
            if let last = objects.last { return Page(objects: objects, nextAfter: last.key) }
            guard listing.continuation != nil || listing.entries.last != nil else {
                throw StoreError(
                    .serverFault, .list, prefix, cause: "the server sent an empty page that is not the last")
            }
            continuation = listing.continuation
            start = listing.entries.last?.key ?? start
        }
    }

    private func listing(
        prefix: String, after: String?, continuation: String?, until deadline: Deadline
    ) throws(StoreError) -> S3Listing {
        var request = S3Request(listing: prefix)
        // Foreign keys may hold characters that XML cannot, so all come percent-encoded.
        request.query = [
            ("list-type", "2"), ("max-keys", "\(Page.objectCountMax)"), ("encoding-type", "url"),
            ("prefix", fullPrefix(prefix)),
        ]
        if let continuation {
            request.query.append(("continuation-token", continuation))
        } else if let after {
            request.query.append(("start-after", after))
        }
        let response = try send(request, until: deadline)
        guard response.isSuccess else { throw failure(answer(response), request) }
        do throws(XMLReader.Failure) {
            return try S3Listing(try XMLReader.read(response.body))
        } catch {
            throw nonsense("the server's listing cannot be read: \(error.cause)", request)
        }
    }

    /// With the slash, so that a neighbour whose name merely begins alike is left out.
    private func fullPrefix(_ prefix: String) -> String { configuration.location.fullKey(prefix) }
}
