import Platform
import TestSupport

extension TemporaryDirectory {
    /// Writes a file below the directory, making the directories on the way.
    func write(_ name: String, _ bytes: [UInt8] = []) throws {
        let file = "\(path)/\(name)"
        if let parent = FileSystem.parent(of: file) {
            try FileSystem.createDirectory(parent, permissions: 0o700, parents: true)
        }
        let descriptor = try Descriptor.open(file, .truncate)
        try descriptor.write(bytes.span.bytes)
    }
}
