/// Threads that are begun one by one and joined together.
package final class Crew: Sendable {
    private let members = Gate<[Member]>([])

    package init() {}

    deinit { join() }

    /// Starts a thread; EAGAIN when the system is out of threads, in which case nothing has begun.
    package func begin(name: String, _ body: @escaping @Sendable () -> Void) throws(PlatformError) {
        let member = Member(try Thread.spawn(name: name, body))
        members.withLock { $0.append(member) }
    }

    /// Returns when every thread begun so far has ended.
    package func join() {
        let ended = members.withLock { members in
            defer { members = [] }
            return members
        }
        for member in ended { member.join() }
    }
}

/// An array refuses `~Copyable` elements; this holds one thread until it is joined.
private final class Member: Sendable {
    private let thread: Gate<Thread?>

    init(_ thread: consuming sending Thread) { self.thread = Gate(thread) }

    func join() {
        let thread = self.thread.withLock { $0.take() }
        thread?.join()
    }
}
