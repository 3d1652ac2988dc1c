package import Format
package import Platform
package import Stream

extension S3Store {
    package func read(
        _ key: ObjectKey, from offset: UInt64, into block: inout Block, until deadline: Deadline
    ) throws(StoreError) -> ReadResult {
        precondition(block.remaining > 0, "a read has room for at least one byte")
        guard offset <= UInt64.max - UInt64(block.remaining) else {
            throw StoreError(.refused, .read, key.path, cause: "the offset \(offset) is beyond any object")
        }
        let range = RangeAnswer.Request.from(offset: offset, room: block.remaining)
        let request = S3Request("GET", key, for: .read)
        guard let (answer, _) = try get(request, range, into: &block, until: deadline) else { return .missing }
        if let total = answer.totalByteCount { return .found(totalByteCount: total) }
        // Nothing there from `offset` on, and the server did not say how long the object is.
        guard let info = try head(key, until: deadline) else { return .missing }
        guard info.byteCount <= offset else {
            throw nonsense("the server refused \(range.header) of an object of \(info.byteCount) bytes", request)
        }
        return .found(totalByteCount: info.byteCount)
    }

    package func readTail(
        _ key: ObjectKey, into block: inout Block, until deadline: Deadline
    ) throws(StoreError) -> ReadResult {
        precondition(block.remaining > 0, "a read has room for at least one byte")
        let request = S3Request("GET", key, for: .readTail)
        let range = RangeAnswer.Request.last(room: block.remaining)
        guard let (answer, _) = try get(request, range, into: &block, until: deadline) else { return .missing }
        // A suffix fails for an empty object alone.
        return .found(totalByteCount: answer.totalByteCount ?? 0)
    }

    /// A GET of one byte: a HEAD's answer has no body, and without the error document "no such object" could not be
    /// told from "no such bucket" or from a proxy's own 404.
    package func head(_ key: ObjectKey, until deadline: Deadline) throws(StoreError) -> ObjectInfo? {
        var block = Block(capacity: 1)
        let request = S3Request("GET", key, for: .head)
        let range = RangeAnswer.Request.from(offset: 0, room: 1)
        guard let (answer, headers) = try get(request, range, into: &block, until: deadline) else { return nil }
        return ObjectInfo(
            key: key, byteCount: answer.totalByteCount ?? 0,
            modified: headers["last-modified"].flatMap { UnixTime(httpDate: $0) },
            tag: headers["etag"].map(EntityTag.unquoted))
    }

    /// Nil where the server says that there is no such object.
    private func get(
        _ request: S3Request, _ range: RangeAnswer.Request, into block: inout Block, until deadline: Deadline
    ) throws(StoreError) -> (RangeAnswer, HTTPHeaders)? {
        var request = request
        request.headers.append(("range", range.header))
        let countBefore = block.count
        let response = try send(request, until: deadline, into: &block)
        if !response.isSuccess, response.status != 416 {
            let answer = answer(response)
            if answer.saysNoSuchKey { return nil }
            throw failure(answer, request)
        }
        do throws(StoreError) {
            if response.isSuccess { _ = try tag(response, request) }
            return (try check(range, response, request), response.headers)
        } catch {
            block.truncate(to: countBefore)
            throw error
        }
    }

    private func check(
        _ range: RangeAnswer.Request, _ response: HTTPResponse, _ request: S3Request
    ) throws(StoreError) -> RangeAnswer {
        do throws(RangeAnswer.Contradiction) {
            return try RangeAnswer(
                range, status: response.status, contentRange: response.headers["content-range"],
                received: response.byteCount)
        } catch {
            throw nonsense(error.cause, request, code: .damaged)
        }
    }
}
