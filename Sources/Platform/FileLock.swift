internal import Glibc

/// An exclusive lock between processes, held on a file (flock(2)) until the end of its life.
///
/// The kernel drops it when the process dies. The file stays; whoever removes it while locked lets others in, which is
/// noticed here: only the file that has the name counts.
package struct FileLock: ~Copyable, Sendable {
    private let descriptor: Descriptor

    /// Takes the lock, making the file when there is none; nil when another holds it.
    package static func tryAcquire(_ path: String) throws(PlatformError) -> FileLock? {
        while true {
            let descriptor = try Descriptor.open(path, .openOrCreate)
            do {
                try descriptor.withNumber { (number) throws(Errno) in
                    _ = try systemCall("flock") { flock(number, LOCK_EX | LOCK_NB) }
                }
            } catch .wouldBlock {
                return nil
            } catch {
                throw PlatformError(operation: "flock", object: path, errno: error)
            }
            let locked = try descriptor.status()
            if let named = try FileSystem.status(of: path), named.isSameFile(as: locked) {
                return FileLock(descriptor: descriptor)
            }
        }
    }

    /// Takes the lock, trying again and again until `deadline`; nil when it was still held then.
    package static func acquire(_ path: String, until deadline: Deadline) throws(PlatformError) -> FileLock? {
        var pauseSeconds = pauseSecondsMin
        while true {
            if let lock = try tryAcquire(path) { return lock }
            guard !deadline.hasPassed else { return nil }
            Clock.sleep(until: deadline.sooner(of: .after(seconds: pauseSeconds)))
            pauseSeconds = min(pauseSeconds * 2, pauseSecondsMax)
        }
    }

    /// A lock is held for milliseconds as a rule; flock(2) itself knows no time limit.
    private static let pauseSecondsMin = 0.001
    /// Waiting longer than this after the release would be felt.
    private static let pauseSecondsMax = 0.05
}
