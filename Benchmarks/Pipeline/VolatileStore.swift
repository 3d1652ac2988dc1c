import Format
import Platform
import Storage
import Stream

/// A store that costs nothing: it forgets what it is given at once, or keeps one object in memory to be read back.
///
/// Whether anything was stored is told by its byte count.
final class VolatileStore: Store {
    private struct Contents {
        var byteCount: UInt64 = 0
        /// Pieces by their offset; empty when the store forgets.
        var pieces: [UInt64: [UInt8]] = [:]
        /// The whole object, made of the pieces when it is complete.
        var object: [UInt8] = []
    }

    private let keeps: Bool
    private let contents = Gate(Contents())

    init(keeps: Bool) {
        self.keeps = keeps
    }

    /// Bytes of the object stored.
    var byteCount: UInt64 { contents.withLock { $0.byteCount } }

    var description: String { keeps ? "memory" : "nowhere" }

    var capabilities: Capabilities {
        Capabilities(
            conditionalCreate: true, conditionalComplete: true, checksums: false, minimumPartBytes: 1,
            maximumParts: 10_000, equalParts: false, singlePutBytesMax: .max)
    }

    func create(_ key: ObjectKey, _ content: Content, until deadline: Deadline) throws(StoreError) -> Creation {
        take(content, at: 0)
        assemble()
        return .created
    }

    func beginUpload(_ key: ObjectKey, until deadline: Deadline) throws(StoreError) -> UploadSession {
        UploadSession(key: key, id: "only")
    }

    func upload(
        _ part: UploadPart, to session: UploadSession, until deadline: Deadline
    ) throws(StoreError) -> PartReceipt {
        take(part.content, at: part.offset)
        return PartReceipt(number: part.number, tag: "", checksum: 0)
    }

    func complete(
        _ session: UploadSession, parts: [PartReceipt], until deadline: Deadline
    ) throws(StoreError) -> Creation {
        assemble()
        return .created
    }

    func abort(_ session: UploadSession) {}

    func read(
        _ key: ObjectKey, from offset: UInt64, into block: inout Block, until deadline: Deadline
    ) throws(StoreError) -> ReadResult {
        let object = contents.withLock { $0.object }
        let start = min(Int(clamping: offset), object.count)
        let end = start + min(block.remaining, object.count - start)
        object.withUnsafeBytes { bytes in Self.append(UnsafeRawBufferPointer(rebasing: bytes[start..<end]), to: &block)
        }
        return .found(totalByteCount: UInt64(object.count))
    }

    func readTail(
        _ key: ObjectKey, into block: inout Block, until deadline: Deadline
    ) throws(StoreError) -> ReadResult {
        let total = contents.withLock { $0.object.count }
        return try read(key, from: UInt64(max(0, total - block.remaining)), into: &block, until: deadline)
    }

    func head(_ key: ObjectKey, until deadline: Deadline) throws(StoreError) -> ObjectInfo? {
        let count = contents.withLock { $0.object.count }
        return count == 0 ? nil : ObjectInfo(key: key, byteCount: UInt64(count), modified: nil, tag: nil)
    }

    func list(prefix: String, after: ObjectKey?, until deadline: Deadline) throws(StoreError) -> Page {
        Page(objects: [], nextAfter: nil)
    }

    func delete(_ key: ObjectKey, until deadline: Deadline) throws(StoreError) {}

    private func take(_ content: Content, at offset: UInt64) {
        let piece = keeps ? content.octets() : []
        contents.withLock { contents in
            contents.byteCount += UInt64(content.count)
            if keeps { contents.pieces[offset] = piece }
        }
    }

    private func assemble() {
        contents.withLock { contents in
            contents.object.reserveCapacity(keeps ? Int(contents.byteCount) : 0)
            for (_, piece) in contents.pieces.sorted(by: { $0.key < $1.key }) { contents.object += piece }
            contents.pieces = [:]
        }
    }

    private static func append(_ bytes: UnsafeRawBufferPointer, to block: inout Block) {
        block.append { output in
            output.withUnsafeMutableBytes { target, initialized in
                UnsafeMutableRawBufferPointer(rebasing: target[initialized...]).copyMemory(from: bytes)
                initialized += bytes.count
            }
        }
    }
}
