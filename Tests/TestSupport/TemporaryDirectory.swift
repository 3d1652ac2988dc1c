import Platform

/// A directory of its own for one test, removed with all it holds when the last reference goes.
package final class TemporaryDirectory: Sendable {
    package let path: String

    package init(_ name: String = "test") throws {
        let parent = Process.environment["TMPDIR"] ?? "/tmp"
        let random = Entropy.bytes(8).map { String($0, radix: 16) }.joined()
        path = "\(parent)/trunkline-\(name)-\(random)"
        try FileSystem.createDirectory(path, permissions: 0o700, parents: true)
    }

    deinit { _ = try? FileSystem.removeTree(path) }
}
