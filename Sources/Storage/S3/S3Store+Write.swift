package import Format
package import Platform
package import Stream

extension S3Store {
    package func create(
        _ key: ObjectKey, _ content: Content, until deadline: Deadline
    ) throws(StoreError) -> Creation {
        guard content.count <= S3Limit.putBytesMax else {
            throw StoreError(
                .tooLarge, .create, key.path, cause: "\(content.count) bytes exceed the \(S3Limit.putBytesMax) of a PUT"
            )
        }
        let isConditional = capabilities.conditionalCreate
        if !isConditional, try head(key, until: deadline) != nil { return .alreadyExists }
        var request = S3Request("PUT", key, for: .create)
        request.headers.append(("content-type", "application/octet-stream"))
        if isConditional { request.headers.append(("if-none-match", "*")) }
        let checksum = addBody(content, to: &request)
        let response = try send(request, until: deadline)
        if response.isSuccess {
            _ = try tag(response, request)
            try check(response, checksum, request)
            return .created
        }
        if response.status == 412 { return .alreadyExists }
        if isConditional, isLack(response) {
            noteLack(of: .create)
            return try create(key, content, until: deadline)
        }
        throw failure(answer(response), request)
    }

    /// Whether the server obeys If-None-Match, found out with an object that exists and has just this content: a server
    /// that ignores the header replaces it with the same bytes. For `trunkline init` and the like, since S3 has no way
    /// to ask.
    package func honoursCondition(
        existing key: ObjectKey, _ content: Content, until deadline: Deadline
    ) throws(StoreError) -> Bool {
        var request = S3Request("PUT", key, for: .create)
        request.headers += [("content-type", "application/octet-stream"), ("if-none-match", "*")]
        _ = addBody(content, to: &request)
        let response = try send(request, until: deadline)
        if response.isSuccess || isLack(response) {
            noteLack(of: .create)
            return false
        }
        if response.status == 412 { return true }
        throw failure(answer(response), request)
    }

    package func beginUpload(_ key: ObjectKey, until deadline: Deadline) throws(StoreError) -> UploadSession {
        var request = S3Request("POST", key, for: .beginUpload)
        request.query = [("uploads", "")]
        request.headers.append(("content-type", "application/octet-stream"))
        if sendsChecksums { request.headers.append(("x-amz-checksum-algorithm", "CRC32C")) }
        request.body = Content.copying([])
        let response = try send(request, until: deadline)
        guard response.isSuccess else { throw failure(answer(response), request) }
        let root = try document(response, request)
        guard let id = root.text(of: "UploadId"), !id.isEmpty else {
            throw nonsense("the answer has no UploadId", request)
        }
        return UploadSession(key: key, id: id)
    }

    package func upload(
        _ part: UploadPart, to session: UploadSession, until deadline: Deadline
    ) throws(StoreError) -> PartReceipt {
        guard (1...S3Limit.partCountMax).contains(part.number), part.content.count <= S3Limit.putBytesMax else {
            throw StoreError(
                .tooLarge, .upload, session.key.path,
                cause: "part \(part.number) of \(part.content.count) bytes is beyond the \(S3Limit.partCountMax) parts "
                    + "of \(S3Limit.putBytesMax) bytes of an upload")
        }
        var request = S3Request("PUT", session.key, for: .upload)
        request.query = [("partNumber", "\(part.number)"), ("uploadId", session.id)]
        let checksum = addBody(part.content, to: &request)
        let response = try send(request, until: deadline)
        guard response.isSuccess else { throw failure(answer(response), request) }
        try check(response, checksum, request)
        return PartReceipt(number: part.number, tag: try tag(response, request), checksum: checksum ?? 0)
    }

    package func complete(
        _ session: UploadSession, parts: [PartReceipt], until deadline: Deadline
    ) throws(StoreError) -> Creation {
        // Ceph 16 sorts what is out of order, where AWS refuses it (tried in November 2026).
        guard !parts.isEmpty, parts.map(\.number) == Array(1...parts.count) else {
            throw StoreError(
                .refused, .complete, session.key.path,
                cause: "the parts are not numbered from 1 on without a gap")
        }
        let isConditional = capabilities.conditionalComplete
        if !isConditional, try head(session.key, until: deadline) != nil {
            abort(session)
            return .alreadyExists
        }
        var request = S3Request("POST", session.key, for: .complete)
        request.query = [("uploadId", session.id)]
        request.headers.append(("content-type", "application/xml"))
        if isConditional { request.headers.append(("if-none-match", "*")) }
        request.body = Content.copying(Array(S3CompleteBody.text(parts, withChecksums: sendsChecksums).utf8))
        let response = try send(request, until: deadline)
        let answer = try completion(response, request)
        guard let answer else { return .created }
        if answer.status == 412 || answer.code == "PreconditionFailed" {
            abort(session)
            return .alreadyExists
        }
        if isConditional, isLack(response) {
            noteLack(of: .complete)
            return try complete(session, parts: parts, until: deadline)
        }
        // An earlier try whose reply was lost ended the session.
        if answer.code == "NoSuchUpload", try head(session.key, until: deadline) != nil { return .alreadyExists }
        throw completionFailure(answer, request)
    }

    package func abort(_ session: UploadSession) {
        var request = S3Request("DELETE", session.key, for: .abort)
        request.query = [("uploadId", session.id)]
        _ = try? send(request, until: .after(seconds: Self.abortSeconds))
    }

    package func delete(_ key: ObjectKey, until deadline: Deadline) throws(StoreError) {
        let request = S3Request("DELETE", key, for: .delete)
        let response = try send(request, until: deadline)
        guard !response.isSuccess else { return }
        let answer = answer(response)
        if !answer.saysNoSuchKey { throw failure(answer, request) }
    }

    /// Nobody waits for the result of an abort, and the bucket's lifecycle rule is there for what it leaves.
    private static let abortSeconds = 10.0

    private var sendsChecksums: Bool { configuration.profile.checksum == .crc32c }

    /// Attaches the content and, where the server is to check it, its checksum.
    private func addBody(_ content: Content, to request: inout S3Request) -> UInt32? {
        request.body = content
        guard sendsChecksums else { return nil }
        var checksum = CRC32C()
        content.forEachSpan { checksum.update($0) }
        request.add(checksum: checksum.value)
        return checksum.value
    }

    /// Servers that compute a checksum say it in the answer.
    private func check(_ response: HTTPResponse, _ checksum: UInt32?, _ request: S3Request) throws(StoreError) {
        guard let checksum, let theirs = response.headers["x-amz-checksum-crc32c"] else { return }
        let ours = CRC32C.text(of: checksum)
        guard theirs == ours else {
            throw nonsense("sent CRC32C \(ours), and the server has \(theirs)", request, code: .damaged)
        }
    }

    /// Whether a conditional request failed because the server does not know the condition.
    private func isLack(_ response: HTTPResponse) -> Bool {
        response.status == 501 || answer(response).code == "NotImplemented"
    }

    /// The failure in the answer to a completion, which may come as 200 with an error document, because the server
    /// begins to answer before it knows; nil for success
    /// (https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html).
    private func completion(_ response: HTTPResponse, _ request: S3Request) throws(StoreError) -> S3Answer? {
        guard response.isSuccess else { return answer(response) }
        let root = try document(response, request)
        if root.name == "CompleteMultipartUploadResult" { return nil }
        guard let document = S3ErrorDocument(root) else {
            throw nonsense("the answer is a document \"\(root.name)\"", request)
        }
        return S3Answer(status: response.status, headers: response.headers, document: document)
    }

    private func completionFailure(_ answer: S3Answer, _ request: S3Request) -> StoreError {
        let error = failure(answer, request)
        // The same request would fail again: AWS wants the whole upload repeated after a conflict
        // (https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html).
        guard answer.code == "ConditionalRequestConflict" else { return error }
        return StoreError(
            .refused, request.operation, request.object, cause: error.cause,
            hint: "Another writer is creating the same object; try the upload again.")
    }

    private func document(_ response: HTTPResponse, _ request: S3Request) throws(StoreError) -> XMLElement {
        do throws(XMLReader.Failure) {
            return try XMLReader.read(response.body)
        } catch {
            throw nonsense("the server's answer cannot be read: \(error.cause)", request)
        }
    }
}
