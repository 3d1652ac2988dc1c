internal import CLinux
internal import Glibc

/// One kernel thread, joined by its owner.
///
/// Signals are blocked inside, so that none lands in the middle of the work; `SignalWatch` takes them.
package struct Thread: ~Copyable, Sendable {
    private let handle: pthread_t
    private var isJoined = false

    /// Bytes. Enough for libcurl with OpenSSL and for zstd, whose large tables live on the heap, at an eighth of the
    /// default; only touched pages count as memory.
    package static let stackBytes = 1 << 20
    /// What the kernel keeps of a thread's name (pthread_setname_np(3)), without the terminating zero.
    private static let nameBytesMax = 15

    /// Starts `body` on a thread of its own. EAGAIN when the system is out of threads.
    package static func spawn(
        name: String, _ body: @escaping @Sendable () -> Void
    ) throws(PlatformError) -> Thread {
        var attributes = pthread_attr_t()
        threadCall("pthread_attr_init") { pthread_attr_init(&attributes) }
        defer { threadCall("pthread_attr_destroy") { pthread_attr_destroy(&attributes) } }
        threadCall("pthread_attr_setstacksize") { pthread_attr_setstacksize(&attributes, stackBytes) }

        let start = Unmanaged.passRetained(Start(body))
        var handle = pthread_t()
        let failure = Signals.withAllBlocked { create(&handle, &attributes, start) }
        if let failure {
            start.release()
            throw PlatformError(operation: "pthread_create", object: name, errno: failure)
        }
        // Cosmetic: shown by top and debuggers. Cut at a byte, as the kernel does.
        var short = Array(name.utf8.prefix(nameBytesMax)).map { CChar(bitPattern: $0) } + [0]
        _ = pthread_setname_np(handle, &short)
        return Thread(handle: handle)
    }

    deinit {
        precondition(isJoined, "a thread is joined before its owner lets go of it")
    }

    /// Waits until the body has returned.
    package consuming func join() {
        threadCall("pthread_join") { pthread_join(handle, nil) }
        isJoined = true
    }

    /// Sends a signal to this very thread, where it stays pending until the thread waits for it.
    package borrowing func send(_ signal: Signal) {
        send(number: signal.rawValue)
    }

    borrowing func send(number: Int32) {
        threadCall("pthread_kill") { pthread_kill(handle, number) }
    }

    private init(handle: pthread_t) {
        self.handle = handle
    }

    private static func create(
        _ handle: inout pthread_t, _ attributes: inout pthread_attr_t, _ start: Unmanaged<Start>
    ) -> Errno? {
        #if SYSCALL_FAULTS
        if let fault = SyscallFaults.strike("pthread_create") { return fault }
        #endif
        let result = pthread_create(
            &handle, &attributes,
            { address in
                Unmanaged<Start>.fromOpaque(address!).takeRetainedValue().run()
                return nil
            }, start.toOpaque())
        return result == 0 ? nil : Errno(rawValue: result)
    }
}

/// What a new thread is handed.
private final class Start: Sendable {
    private let body: @Sendable () -> Void
    #if SYSCALL_FAULTS
    private let faults = SyscallFaults.current
    #endif

    init(_ body: @escaping @Sendable () -> Void) {
        self.body = body
    }

    func run() {
        #if SYSCALL_FAULTS
        SyscallFaults.install(faults)
        #endif
        body()
    }
}
