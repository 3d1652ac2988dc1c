import Platform

/// A private directory for one test, removed at the end of its life.
final class Scratch {
    let path: String

    init() throws(PlatformError) {
        let root = Process.environment["TMPDIR"] ?? "/tmp"
        path = "\(root)/trunkline-test-\(Process.pid)-\(String(Entropy.uniform(below: .max), radix: 16))"
        try FileSystem.createDirectory(path)
    }

    deinit { _ = try? FileSystem.removeTree(path) }

    /// The path of a name in the directory.
    func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

    func write(_ text: String, to name: String) throws(PlatformError) {
        let file = try Descriptor.open(self(name), .truncate)
        let octets = Array(text.utf8)
        try file.write(octets.span.bytes)
        try file.close()
    }

    /// The content of a file, nil when there is none.
    func read(_ name: String) throws(PlatformError) -> String? {
        guard try FileSystem.status(of: self(name)) != nil else { return nil }
        return String(decoding: try FileSystem.readWhole(self(name), limit: 1 << 20), as: UTF8.self)
    }

    func names() throws(PlatformError) -> [String] {
        try FileSystem.list(path).sorted()
    }
}
