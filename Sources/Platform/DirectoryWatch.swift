internal import CLinux
internal import Glibc
internal import Synchronization

/// Waits until something appears in one directory (inotify(7)).
///
/// One thread waits; `wake` is for any thread. What changed is not told: the kernel may drop that, so whoever waits
/// looks for itself.
package struct DirectoryWatch: ~Copyable, Sendable {
    private let descriptor: Descriptor
    private let wakeUp: WakeUp
    private let hasVanished = Atomic<Bool>(false)

    /// New names, and files whose writer is done with them.
    private static let events = UInt32(IN_CREATE | IN_MOVED_TO | IN_CLOSE_WRITE | IN_DELETE_SELF | IN_MOVE_SELF)
    /// The last words about a directory: removed, renamed, unmounted, watched no more.
    private static let ends = UInt32(IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT | IN_IGNORED)
    /// Room for some hundred events of the names PostgreSQL uses; at least one of the longest name has to fit.
    private static let readByteCount = 16_384

    /// Watches `directory`. ENOTDIR when it is something else; EMFILE and ENOSPC when the user has more watches than
    /// the kernel allows (/proc/sys/fs/inotify).
    package init(_ directory: String) throws(PlatformError) {
        let number = try systemCall("inotify_init1", on: directory) { inotify_init1(LINUX_IN_FLAGS) }
        let descriptor = Descriptor(number: number, path: directory)
        _ = try pathCall("inotify_add_watch", directory) {
            inotify_add_watch(number, $0, Self.events | UInt32(IN_ONLYDIR))
        }
        wakeUp = try WakeUp()
        self.descriptor = descriptor
    }

    /// Whether the directory has been removed or renamed: nothing will be seen any more, and a new watch is needed.
    package var isGone: Bool { hasVanished.load(ordering: .acquiring) }

    /// Waits until something has appeared since the last call, `isGone` has become true or `wake` was called; false
    /// when `deadline` came first. However much has happened, it counts once.
    package func wait(until deadline: Deadline) throws(PlatformError) -> Bool {
        var polls = [descriptor.withNumber { pollfd($0, POLLIN) }, wakeUp.poll]
        guard try pollUntilReady(&polls, on: descriptor.path, until: deadline) else { return false }
        if polls[1].isReady { wakeUp.take() }
        if polls[0].isReady { try drain() }
        return true
    }

    /// Ends a call of `wait`, the one under way or the next one.
    package func wake() { wakeUp.send() }

    private func drain() throws(PlatformError) {
        var octets = [UInt8](repeating: 0, count: Self.readByteCount)
        while true {
            let count: Int
            do {
                count = try descriptor.withNumber { (number) throws(Errno) in
                    try systemCall("read") { read(number, &octets, Self.readByteCount) }
                }
            } catch .wouldBlock {
                return
            } catch {
                throw PlatformError(operation: "read", object: descriptor.path, errno: error)
            }
            if Self.hasEnd(octets, count) { hasVanished.store(true, ordering: .releasing) }
        }
    }

    private static func hasEnd(_ octets: [UInt8], _ count: Int) -> Bool {
        let headByteCount = MemoryLayout<inotify_event>.size
        return octets.withUnsafeBytes { memory in
            var position = 0
            while position + headByteCount <= count {
                let event = memory.loadUnaligned(fromByteOffset: position, as: inotify_event.self)
                if event.mask & ends != 0 { return true }
                position += headByteCount + Int(event.len)
            }
            return false
        }
    }
}
