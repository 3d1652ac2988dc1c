import Glibc
import Platform
import Testing

@Suite struct LocalListenerTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private static let soon = Deadline.after(seconds: 20)

    private func permissions() throws -> UInt16? { try FileSystem.status(of: scratch("s"))?.permissions }

    /// A socket's file that nobody listens at.
    private func makeStale() throws {
        let number = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: scratch("s").utf8) }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.bind(number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        #expect(result == 0)
        close(number)
    }

    @Test func connectionsGoBothWays() throws {
        let listener = try LocalListener.bind(path: scratch("s"))
        let client = try LocalSocket.connect(to: scratch("s"), until: Self.soon)
        let accepted = try listener.accept(until: Self.soon)
        guard let server = accepted else {
            Issue.record("nobody came")
            return
        }
        try client.send([1], until: Self.soon)
        #expect(try server.receive(byteCount: 1, until: Self.soon) == [1])
        try server.send([2], until: Self.soon)
        #expect(try client.receive(byteCount: 1, until: Self.soon) == [2])
        #expect(try server.peerUserID() == Process.userID)
        #expect(try client.peerUserID() == Process.userID)
        client.shutdown()
        #expect(try server.receive(byteCount: 1, until: Self.soon) == nil)
    }

    @Test func theFileLivesAsLongAsTheListener() throws {
        do {
            let listener = try LocalListener.bind(path: scratch("s"))
            #expect(try scratch.names() == ["s"])
            withExtendedLifetime(listener) {}
        }
        #expect(try scratch.names() == [])
    }

    @Test(arguments: [0o600, 0o660, 0o666] as [UInt16]) func theModeIsExactlyAsTold(mode: UInt16) throws {
        let listener = try LocalListener.bind(path: scratch("s"), permissions: mode)
        #expect(try permissions() == mode)
        withExtendedLifetime(listener) {}
    }

    @Test func aStaleFileIsReplaced() throws {
        try makeStale()
        let listener = try LocalListener.bind(path: scratch("s"))
        #expect(try permissions() == 0o600)
        _ = try LocalSocket.connect(to: scratch("s"), until: Self.soon)
        withExtendedLifetime(listener) {}
    }

    @Test func aLiveOneIsLeftAlone() throws {
        let listener = try LocalListener.bind(path: scratch("s"))
        let error = #expect(throws: PlatformError.self) { _ = try LocalListener.bind(path: scratch("s")) }
        #expect(error?.errno == .addressInUse)
        #expect(error.map { "\($0)" } == "bind \"\(scratch("s"))\": Address already in use")
        _ = try LocalSocket.connect(to: scratch("s"), until: Self.soon)
        withExtendedLifetime(listener) {}
    }

    @Test func otherFilesAreLeftAlone() throws {
        try scratch.write("text", to: "s")
        let error = #expect(throws: PlatformError.self) { _ = try LocalListener.bind(path: scratch("s")) }
        #expect(error?.errno == .exists)
        #expect(try scratch.read("s") == "text")
        let none = #expect(throws: PlatformError.self) { _ = try LocalListener.bind(path: scratch("none/s")) }
        #expect(none?.errno == .noSuchFile)
    }

    @Test func aReplacedFileIsNotRemoved() throws {
        do {
            let listener = try LocalListener.bind(path: scratch("s"))
            try FileSystem.remove(scratch("s"))
            try scratch.write("", to: "s")
            withExtendedLifetime(listener) {}
        }
        #expect(try scratch.names() == ["s"])
    }

    /// Of several that start at once, exactly one listens, and can be reached.
    @Test func oneOfManyWins() throws {
        try makeStale()
        let path = scratch("s")
        let outcome = Gate((bound: 0, refused: 0))
        let count = 8
        let isOver = Gate(false)
        try withThreads(count) {
            do throws(PlatformError) {
                let listener = try LocalListener.bind(path: path)
                outcome.withLock { $0.bound += 1 }
                outcome.signalAll()
                _ = isOver.wait(until: Self.soon) { $0 ? true : nil }
                withExtendedLifetime(listener) {}
            } catch {
                outcome.withLock { $0.refused += error.errno == .addressInUse ? 1 : 0 }
                outcome.signalAll()
            }
        } body: {
            let seen = outcome.wait(until: Self.soon) { $0.bound + $0.refused == count ? $0 : nil }
            #expect(seen?.bound == 1)
            #expect(throws: Never.self) { _ = try LocalSocket.connect(to: path, until: Self.soon) }
            isOver.withLock { $0 = true }
            isOver.signalAll()
        }
    }

    private func withThreads(
        _ count: Int, _ each: @escaping @Sendable () -> Void, body: () throws -> Void
    ) throws {
        guard count > 0 else { return try body() }
        let thread = try Thread.spawn(name: "one of many", each)
        let outcome = Result { try withThreads(count - 1, each, body: body) }
        thread.join()
        try outcome.get()
    }

    @Test func acceptingEndsAtItsDeadline() throws {
        let listener = try LocalListener.bind(path: scratch("s"))
        for seconds in [0, 0.02] {
            let nobody = try listener.accept(until: .after(seconds: seconds)) == nil
            #expect(nobody)
        }
    }

    @Test func anotherThreadEndsTheWaiting() throws {
        let listener = try LocalListener.bind(path: scratch("s"))
        let waker = try Thread.spawn(name: "waker") { listener.wake() }
        let nobody = try listener.accept(until: Self.soon) == nil
        #expect(nobody)
        waker.join()
        // Once: the next call waits again.
        let client = try LocalSocket.connect(to: scratch("s"), until: Self.soon)
        let somebody = try listener.accept(until: Self.soon) != nil
        #expect(somebody)
        withExtendedLifetime(client) {}
    }

    @Test func anInheritedSocketIsTakenOver() throws {
        try makeStale()
        try FileSystem.remove(scratch("s"))
        let number = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        #expect(throws: PlatformError.self) { _ = try LocalListener.adopt(descriptor: number) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: scratch("s").utf8) }
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = Glibc.bind(number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        listen(number, 5)
        do {
            let listener = try LocalListener.adopt(descriptor: number)
            let path = listener.path
            #expect(path == scratch("s"))
            #expect(fcntl(number, F_GETFD) & FD_CLOEXEC != 0)
            let client = try LocalSocket.connect(to: scratch("s"), until: Self.soon)
            let somebody = try listener.accept(until: Self.soon) != nil
            #expect(somebody)
            withExtendedLifetime(client) {}
        }
        // The file is its maker's.
        #expect(try scratch.names() == ["s"])
    }

    @Test func otherDescriptorsAreRefused() throws {
        let file = open("/dev/null", O_RDONLY)
        let error = #expect(throws: PlatformError.self) { _ = try LocalListener.adopt(descriptor: file) }
        #expect(error?.errno == .notASocket)
        close(file)
        let closed = #expect(throws: PlatformError.self) { _ = try LocalListener.adopt(descriptor: 1_000_000) }
        #expect(closed?.errno == .badDescriptor)
        let network = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        listen(network, 1)
        let other = #expect(throws: PlatformError.self) { _ = try LocalListener.adopt(descriptor: network) }
        #expect(other?.errno == .invalidArgument)
        close(network)
    }

    #if SYSCALL_FAULTS
    /// Whatever call is refused: an error, and no file is left behind.
    @Test func everyRefusedCallIsAnError() throws {
        let calls: Set = [
            "open", "flock", "lstat", "socket", "fchmod", "bind", "chmod", "listen", "eventfd", "poll", "accept4",
            "connect", "send", "recv", "getsockopt",
        ]
        for nth in 1...60 {
            let run = SyscallFaults.failing(nth: nth, errno: .inputOutput, only: calls) { () throws(PlatformError) in
                try exchange()
            }
            #expect(try scratch.names() == [])
            guard run.reached else {
                #expect(try run.result.get() == [9])
                return
            }
            let error = #expect(throws: PlatformError.self) { try run.result.get() }
            #expect(error?.errno == .inputOutput)
        }
        Issue.record("the calls have no end")
    }

    private func exchange() throws(PlatformError) -> [UInt8]? {
        let listener = try LocalListener.bind(path: scratch("s"))
        let client = try LocalSocket.connect(to: scratch("s"), until: Self.soon)
        let accepted = try listener.accept(until: Self.soon)
        guard let server = accepted else { return nil }
        guard try server.peerUserID() == Process.userID else { return nil }
        try client.send([9], until: Self.soon)
        return try server.receive(byteCount: 1, until: Self.soon)
    }
    #endif
}
