package import Format
package import Platform
package import Stream

extension LocalStore {
    package func read(
        _ key: ObjectKey, from offset: UInt64, into block: inout Block, until deadline: Deadline
    ) throws(StoreError) -> ReadResult {
        try check(deadline, .read, key.path)
        return try read(key, .read, into: &block) { _, _ in offset }
    }

    package func readTail(
        _ key: ObjectKey, into block: inout Block, until deadline: Deadline
    ) throws(StoreError) -> ReadResult {
        try check(deadline, .readTail, key.path)
        return try read(key, .readTail, into: &block) { total, room in total - min(total, UInt64(room)) }
    }

    /// - Parameter start: from the object's length and the block's room to the offset to read from.
    private func read(
        _ key: ObjectKey, _ operation: StoreOperation, into block: inout Block, start: (UInt64, Int) -> UInt64
    ) throws(StoreError) -> ReadResult {
        guard let file = try lookUp(key, operation, { () throws(PlatformError) in try openedObject(key) }) else {
            return .missing
        }
        let before = block.count
        do throws(StoreError) {
            let total = try mapped(key, operation) { () throws(PlatformError) in try file.status().size }
            let offset = start(total, block.remaining)
            guard offset < total else { return .found(totalByteCount: total) }
            let wanted = min(UInt64(block.remaining), total - offset)
            try mapped(key, operation) { () throws(PlatformError) in
                try block.append { (span: inout OutputRawSpan) throws(PlatformError) in
                    _ = try file.read(at: offset, into: &span)
                }
            }
            try checkLength(of: key, at: offset, got: block.count - before, wanted: wanted)
            return .found(totalByteCount: total)
        } catch {
            block.truncate(to: before)
            throw error
        }
    }

    /// The object opened for reading; nil when there is none.
    private func openedObject(_ key: ObjectKey) throws(PlatformError) -> Descriptor? {
        do throws(PlatformError) {
            let file = try Descriptor.open(path(of: key), .read)
            guard try file.status().kind == .regular else { return nil }
            return file
        } catch  where error.errno == .noSuchFile || error.errno == .notADirectory {
            return nil
        }
    }
}
