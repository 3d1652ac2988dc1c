package import Format
package import Platform
package import Storage
package import Stream

/// A store in a dictionary, which holds callers to everything its capabilities say.
package final class MemoryStore: Store {
    package let description: String
    package let capabilities: Capabilities
    private let state = Gate(State())

    private struct Upload {
        let key: ObjectKey
        var parts: [Int: (offset: UInt64, octets: [UInt8])] = [:]
    }

    private struct State {
        var objects: [ObjectKey: [UInt8]] = [:]
        var uploads: [String: Upload] = [:]
        var sessionCount = 0
    }

    /// Small limits, so that tests meet them with few bytes.
    package static let smallCapabilities = Capabilities(
        conditionalCreate: true, conditionalComplete: true, checksums: false, minimumPartBytes: 1,
        maximumParts: 10_000, equalParts: false, singlePutBytesMax: 1 << 30)

    package init(_ name: String = "memory", capabilities: Capabilities = smallCapabilities) {
        description = "repository \"\(name)\" (memory)"
        self.capabilities = capabilities
    }

    /// Sessions neither completed nor aborted.
    package var uploadsInProgress: Int { state.withLock { $0.uploads.count } }

    /// The object's content, past every decorator.
    package func octets(of key: ObjectKey) -> [UInt8]? { state.withLock { $0.objects[key] } }

    /// Puts an object there, or replaces or removes it, as only a fault can.
    package func plant(_ octets: [UInt8]?, at key: ObjectKey) { state.withLock { $0.objects[key] = octets } }

    package func create(
        _ key: ObjectKey, _ content: Content, until deadline: Deadline
    ) throws(StoreError) -> Creation {
        try check(deadline, .create, key.path)
        guard content.count <= capabilities.singlePutBytesMax else {
            throw StoreError(.tooLarge, .create, key.path, cause: "\(content.count) bytes in one request")
        }
        return state.withLock { $0.objects.createIfAbsent(key, content.octets()) }
    }

    package func beginUpload(_ key: ObjectKey, until deadline: Deadline) throws(StoreError) -> UploadSession {
        try check(deadline, .beginUpload, key.path)
        return state.withLock {
            $0.sessionCount += 1
            let session = UploadSession(key: key, id: "upload-\($0.sessionCount)")
            $0.uploads[session.id] = Upload(key: key)
            return session
        }
    }

    package func upload(
        _ part: UploadPart, to session: UploadSession, until deadline: Deadline
    ) throws(StoreError) -> PartReceipt {
        try check(deadline, .upload, session.key.path)
        guard (1...capabilities.maximumParts).contains(part.number), part.content.count > 0,
            part.content.count <= capabilities.singlePutBytesMax
        else {
            throw StoreError(.tooLarge, .upload, session.key.path, cause: "part \(part.number)")
        }
        let known = state.withLock {
            $0.uploads[session.id]?.parts[part.number] = (part.offset, part.content.octets())
            return $0.uploads[session.id] != nil
        }
        guard known else { throw noSuchUpload(session, .upload) }
        return PartReceipt(number: part.number, tag: "tag-\(part.number)", checksum: 0)
    }

    package func complete(
        _ session: UploadSession, parts: [PartReceipt], until deadline: Deadline
    ) throws(StoreError) -> Creation {
        try check(deadline, .complete, session.key.path)
        let capabilities = capabilities
        return try state.withLock { (state: inout State) throws(StoreError) -> Creation in
            guard let upload = state.uploads[session.id] else {
                if state.objects[session.key] != nil { return .alreadyExists }
                throw noSuchUpload(session, .complete)
            }
            let octets = try Self.joined(parts, of: upload, capabilities)
            state.uploads[session.id] = nil
            return state.objects.createIfAbsent(session.key, octets)
        }
    }

    package func abort(_ session: UploadSession) { state.withLock { $0.uploads[session.id] = nil } }

    package func head(_ key: ObjectKey, until deadline: Deadline) throws(StoreError) -> ObjectInfo? {
        try check(deadline, .head, key.path)
        return octets(of: key).map { Self.info(key, $0) }
    }

    package func delete(_ key: ObjectKey, until deadline: Deadline) throws(StoreError) {
        try check(deadline, .delete, key.path)
        state.withLock { $0.objects[key] = nil }
    }

    package func list(
        prefix: String, after: ObjectKey?, until deadline: Deadline
    ) throws(StoreError) -> Page {
        try check(deadline, .list, prefix)
        let objects = state.withLock { $0.objects }
        let keys = objects.keys.filter { key in
            key.path.utf8.starts(with: prefix.utf8) && after.map { $0 < key } ?? true
        }.sorted()
        let page = keys.prefix(Page.objectCountMax)
        return Page(
            objects: page.map { Self.info($0, objects[$0] ?? []) },
            nextAfter: keys.count > page.count ? page.last : nil)
    }

    package func read(
        _ key: ObjectKey, from offset: UInt64, into block: inout Block, until deadline: Deadline
    ) throws(StoreError) -> ReadResult {
        try check(deadline, .read, key.path)
        guard let octets = octets(of: key) else { return .missing }
        block.append(octets[min(Int(clamping: offset), octets.count)...].prefix(block.remaining))
        return .found(totalByteCount: UInt64(octets.count))
    }

    package func readTail(
        _ key: ObjectKey, into block: inout Block, until deadline: Deadline
    ) throws(StoreError) -> ReadResult {
        try check(deadline, .readTail, key.path)
        guard let octets = octets(of: key) else { return .missing }
        block.append(octets.suffix(block.remaining))
        return .found(totalByteCount: UInt64(octets.count))
    }

    /// Enforces order, contiguity and the lengths that the capabilities ask for.
    private static func joined(
        _ parts: [PartReceipt], of upload: Upload, _ capabilities: Capabilities
    ) throws(StoreError) -> [UInt8] {
        var octets: [UInt8] = []
        var number = 0
        for (index, receipt) in parts.enumerated() {
            guard let part = upload.parts[receipt.number], receipt.number > number, part.offset == octets.count else {
                throw StoreError(.refused, .complete, upload.key.path, cause: "part \(receipt.number) does not follow")
            }
            let firstCount = upload.parts[parts[0].number]?.octets.count
            let isLast = index == parts.count - 1
            let isLongEnough = isLast || part.octets.count >= capabilities.minimumPartBytes
            let isEqual = isLast || !capabilities.equalParts || part.octets.count == firstCount
            guard isLongEnough, isEqual else {
                throw StoreError(
                    .refused, .complete, upload.key.path, cause: "part \(receipt.number) has a wrong length")
            }
            number = receipt.number
            octets += part.octets
        }
        return octets
    }

    private static func info(_ key: ObjectKey, _ octets: [UInt8]) -> ObjectInfo {
        ObjectInfo(key: key, byteCount: UInt64(octets.count), modified: nil, tag: nil)
    }

    private func check(
        _ deadline: Deadline, _ operation: StoreOperation, _ object: String
    ) throws(StoreError) {
        guard deadline.hasPassed else { return }
        throw StoreError(.deadlinePassed, operation, object, cause: "the deadline has passed")
    }

    private func noSuchUpload(_ session: UploadSession, _ operation: StoreOperation) -> StoreError {
        StoreError(.refused, operation, session.key.path, cause: "no such upload is in progress")
    }
}

extension [ObjectKey: [UInt8]] {
    fileprivate mutating func createIfAbsent(_ key: ObjectKey, _ octets: [UInt8]) -> Creation {
        guard self[key] == nil else { return .alreadyExists }
        self[key] = octets
        return .created
    }
}
