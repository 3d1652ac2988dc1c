#if SYSCALL_FAULTS
internal import Glibc
internal import Synchronization

/// Refuses a chosen system call, for tests: the N-th call with N = 1, 2, … until `body` no longer makes that many.
/// Calls that have no reason to fail (clocks, getrandom, mutexes) are not counted.
///
/// A plan holds for the calling thread and for every `Thread` spawned inside the body, and for no other thread, so
/// tests can run side by side. Only debug builds have it.
package enum SyscallFaults {
    /// Runs `body` while its `nth` call (counted from 1) fails with `errno`; the call itself is not made.
    ///
    /// Only calls named in `only` (`write`, `fsync`, `renameat2`, …) are counted; nil counts all of them.
    /// `result` is what the body returned or threw; `reached` tells whether there was an N-th call.
    package static func failing<R, E: Error>(
        nth: Int, errno: Errno, only names: Set<String>? = nil, _ body: () throws(E) -> R
    ) -> (result: Result<R, E>, reached: Bool) {
        let outer = current
        let plan = FaultPlan(nth: nth, errno: errno, names: names, outer: outer)
        install(plan)
        defer { install(outer) }
        let result = Result(catching: body)
        return (result, plan.isSpent)
    }

    /// The plan of this thread, handed on to the threads it spawns.
    static var current: FaultPlan? {
        guard let address = pthread_getspecific(key) else { return nil }
        return Unmanaged<FaultPlan>.fromOpaque(address).takeUnretainedValue()
    }

    /// Makes `plan` the plan of this thread and drops the one before.
    static func install(_ plan: FaultPlan?) {
        let old = pthread_getspecific(key)
        threadCall("pthread_setspecific") {
            pthread_setspecific(key, plan.map { Unmanaged.passRetained($0).toOpaque() })
        }
        if let old { Unmanaged<FaultPlan>.fromOpaque(old).release() }
    }

    /// Counts one call of this thread; the error it is to fail with, if it is its turn.
    static func strike(_ name: StaticString) -> Errno? {
        current?.strike(name)
    }

    private static let key: pthread_key_t = {
        var key: pthread_key_t = 0
        threadCall("pthread_key_create") {
            pthread_key_create(&key) { address in
                if let address { Unmanaged<FaultPlan>.fromOpaque(address).release() }
            }
        }
        return key
    }()
}

/// One counted fault, shared by the threads it was handed to.
final class FaultPlan: Sendable {
    private let nth: Int
    private let errno: Errno
    private let names: Set<String>?
    private let outer: FaultPlan?
    private let count = Atomic<Int>(0)

    init(nth: Int, errno: Errno, names: Set<String>?, outer: FaultPlan?) {
        precondition(nth > 0, "calls are counted from 1")
        self.outer = outer
        self.nth = nth
        self.errno = errno
        self.names = names
    }

    /// Whether the call to refuse has come.
    var isSpent: Bool { count.load(ordering: .sequentiallyConsistent) >= nth }

    func strike(_ name: StaticString) -> Errno? {
        if let fault = outer?.strike(name) { return fault }
        if let names, !names.contains("\(name)") { return nil }
        return count.add(1, ordering: .sequentiallyConsistent).newValue == nth ? errno : nil
    }
}
#endif
