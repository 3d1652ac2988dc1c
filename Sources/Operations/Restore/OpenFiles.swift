import Format
import Platform

/// The files that one worker writes to, the last few of them open.
final class OpenFiles {
    /// A chapter of one large file needs one, one of small files many after each other.
    static let countMax = 8

    /// Bytes of one file after which the disk is set to work on them: it would else have nothing to do until the end.
    private static let writebackBytes: UInt64 = 8 << 20

    private final class OpenFile {
        let descriptor: Descriptor
        /// What was written since the disk was set to work, from the lowest to the highest of its bytes.
        var dirty: Range<UInt64>?
        var dirtyByteCount: UInt64 = 0

        init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }

        func wrote(_ range: Range<UInt64>) {
            let known = dirty ?? range
            let all = min(known.lowerBound, range.lowerBound)..<max(known.upperBound, range.upperBound)
            dirty = all
            dirtyByteCount += UInt64(range.count)
            guard dirtyByteCount >= OpenFiles.writebackBytes else { return }
            descriptor.startWriteback(at: all.lowerBound, byteCount: UInt64(all.count))
            dirty = nil
            dirtyByteCount = 0
        }
    }

    private let path: (Int) -> String
    private var open: [(file: Int, handle: OpenFile)] = []

    /// - Parameter path: of the file with this number in the manifest.
    init(_ path: @escaping (Int) -> String) {
        self.path = path
    }

    /// Writes `bytes` into a file that exists.
    func write(_ bytes: RawSpan, to file: Int, at offset: UInt64) throws(OperationError) {
        do throws(PlatformError) {
            let handle = try handle(file)
            try handle.descriptor.write(bytes, at: offset)
            handle.wrote(offset..<offset + UInt64(bytes.byteCount))
        } catch {
            throw OperationError(error, doing: "write")
        }
    }

    private func handle(_ file: Int) throws(PlatformError) -> OpenFile {
        if let index = open.lastIndex(where: { $0.file == file }) {
            let entry = open[index]
            if index != open.count - 1 {
                open.remove(at: index)
                open.append(entry)
            }
            return entry.handle
        }
        if open.count == Self.countMax { open.removeFirst() }
        let handle = OpenFile(try Descriptor.open(path(file), .write))
        open.append((file, handle))
        return handle
    }
}
