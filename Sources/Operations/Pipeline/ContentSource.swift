package import Platform
package import Stream

/// Where the content of an object comes from.
package protocol ContentSource: Sendable {
    /// Appends the next bytes until the block is full; a block left with room means the end of the content.
    ///
    /// Called by one thread at a time, never again after the end or an error.
    func fill(_ block: inout Block) throws(OperationError)
}

/// The content of one file, from its start to its end.
package final class FileSource: ContentSource {
    private let file: Descriptor

    package init(_ path: String) throws(OperationError) {
        do throws(PlatformError) {
            file = try Descriptor.open(path, .read)
        } catch {
            throw OperationError(error, doing: "read")
        }
        file.adviseSequential()
    }

    package func fill(_ block: inout Block) throws(OperationError) {
        do throws(PlatformError) {
            _ = try block.append { (span) throws(PlatformError) in try file.read(into: &span) }
        } catch {
            throw OperationError(error, doing: "read")
        }
    }

    /// The file's first bytes, fewer than `byteCount` only if it is shorter; reading goes on from where it was.
    package func head(_ byteCount: Int) throws(OperationError) -> Block {
        var head = Block(capacity: byteCount)
        do throws(PlatformError) {
            _ = try head.append { (span) throws(PlatformError) in try file.read(at: 0, into: &span) }
        } catch {
            throw OperationError(error, doing: "read")
        }
        return head
    }

    /// The file's status now; compared with an earlier one it tells whether the file changed while it was read.
    package func status() throws(OperationError) -> FileStatus {
        do throws(PlatformError) { return try file.status() } catch { throw OperationError(error, doing: "read") }
    }
}
