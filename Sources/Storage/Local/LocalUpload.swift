import Format
import Platform
import Stream

/// One object being written in parts: a hidden file, each part written at its offset.
///
/// Parts of one object are written one at a time, which costs nothing: the kernel locks the file for each write anyway.
final class LocalUpload: Sendable {
    /// Where a part's bytes lie in the file.
    private struct Extent {
        let offset: UInt64
        let byteCount: UInt64
        var end: UInt64 { offset + byteCount }
    }

    private struct State: ~Copyable {
        /// Nil once the upload has ended.
        var file: AtomicFile?
        var extents: [Int: Extent] = [:]
        /// Where the file ends.
        var end: UInt64 = 0
    }

    private let key: ObjectKey
    private let gate: Gate<State>

    init(key: ObjectKey, file: consuming sending AtomicFile) {
        self.key = key
        gate = Gate(State(file: file))
    }

    func write(_ part: UploadPart) throws(StoreError) -> PartReceipt {
        guard part.content.count > 0 else { throw error(.refused, .upload, "part \(part.number) is empty") }
        guard part.offset <= UInt64(Int64.max) else {
            throw error(.tooLarge, .upload, "part \(part.number) begins at offset \(part.offset)")
        }
        let extent = Extent(offset: part.offset, byteCount: UInt64(part.content.count))
        let hasEnded = try gate.withLock { (state: inout State) throws(StoreError) -> Bool in
            guard try write(part, to: &state.file) else { return true }
            state.extents[part.number] = extent
            state.end = max(state.end, extent.end)
            return false
        }
        if hasEnded { throw error(.refused, .upload, "the upload has ended") }
        return PartReceipt(number: part.number, tag: "", checksum: 0)
    }

    /// Ends the upload and hands the file over; nil when it has ended before.
    ///
    /// Throws, and goes on, when `parts` are not what lies in the file from its first byte to its last.
    func takeFile(holding parts: [PartReceipt]) throws(StoreError) -> sending AtomicFile? {
        try gate.withLock { (state: inout State) throws(StoreError) -> sending AtomicFile? in
            var offset: UInt64 = 0
            for part in parts {
                guard let extent = state.extents[part.number], extent.offset == offset else {
                    throw error(.refused, .complete, "part \(part.number) is missing or out of order")
                }
                offset = extent.end
            }
            guard !parts.isEmpty, offset == state.end else {
                throw error(.refused, .complete, "the parts named hold \(offset) of \(state.end) bytes")
            }
            return state.file.take()
        }
    }

    /// Ends the upload and removes the file.
    func drop() {
        gate.withLock { state in _ = state.file.take() }
    }

    private func write(_ part: UploadPart, to file: inout AtomicFile?) throws(StoreError) -> Bool {
        guard let open = file.take() else { return false }
        var offset = part.offset
        do throws(PlatformError) {
            try part.content.forEachSpan { (span: RawSpan) throws(PlatformError) in
                try open.write(span, at: offset)
                offset += UInt64(span.byteCount)
            }
        } catch {
            file = consume open
            throw StoreError(local: error, .upload, key.path)
        }
        file = consume open
        return true
    }

    private func error(_ code: StoreError.Code, _ operation: StoreOperation, _ cause: String) -> StoreError {
        StoreError(code, operation, key.path, cause: cause)
    }
}
