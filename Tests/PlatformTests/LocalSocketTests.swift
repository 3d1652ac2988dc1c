import Platform
import Testing

@Suite struct LocalSocketTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private static let soon = Deadline.after(seconds: 20)

    @Test func octetsArriveInTheirOrder() throws {
        let pair = try LocalSocket.pair()
        try pair.first.send([1, 2, 3], until: Self.soon)
        try pair.first.send([4, 5], until: Self.soon)
        #expect(try pair.second.receive(byteCount: 4, until: Self.soon) == [1, 2, 3, 4])
        #expect(try pair.second.receive(byteCount: 0, until: Self.soon) == [])
        #expect(try pair.second.receive(byteCount: 1, until: Self.soon) == [5])
    }

    @Test func theEndIsToldFromABreak() throws {
        let pair = try LocalSocket.pair()
        try pair.first.send([1, 2], until: Self.soon)
        pair.first.shutdown()
        let error = #expect(throws: PlatformError.self) { try pair.second.receive(byteCount: 3, until: Self.soon) }
        #expect(error?.errno == .connectionReset)
        #expect(try pair.second.receive(byteCount: 1, until: Self.soon) == nil)
    }

    @Test func receivingEndsAtItsDeadline() throws {
        let pair = try LocalSocket.pair()
        try pair.first.send([1], until: Self.soon)
        for seconds in [0, 0.02] {
            let error = #expect(throws: PlatformError.self) {
                try pair.second.receive(byteCount: 2, until: .after(seconds: seconds))
            }
            #expect(error?.errno == .timedOut)
        }
    }

    @Test func sendingEndsAtItsDeadline() throws {
        let pair = try LocalSocket.pair()
        let much = [UInt8](repeating: 7, count: 4 << 20)
        let error = #expect(throws: PlatformError.self) { try pair.first.send(much, until: .after(seconds: 0.02)) }
        #expect(error?.errno == .timedOut)
    }

    @Test func moreThanTheBufferHoldsGoesThrough() throws {
        let pair = try LocalSocket.pair()
        let much = (0..<(1 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let sender = try Thread.spawn(name: "sender") { try? pair.first.send(much, until: Self.soon) }
        #expect(try pair.second.receive(byteCount: much.count, until: Self.soon) == much)
        sender.join()
    }

    /// An error and no signal, which would be the end of the tests.
    @Test func sendingToNobodyIsAnError() throws {
        let pair = try LocalSocket.pair()
        pair.second.shutdown()
        let error = #expect(throws: PlatformError.self) { try pair.first.send([1], until: Self.soon) }
        #expect(error?.errno == .brokenPipe)
    }

    @Test func shutdownEndsTheWaitingOfAnotherThread() throws {
        let pair = try LocalSocket.pair()
        let ending = try Thread.spawn(name: "ending") { pair.first.shutdown() }
        #expect(try pair.first.receive(byteCount: 1, until: Self.soon) == nil)
        ending.join()
    }

    @Test func nobodyListens() throws {
        let error = #expect(throws: PlatformError.self) {
            _ = try LocalSocket.connect(to: scratch("none"), until: Self.soon)
        }
        #expect(error?.errno == .noSuchFile)
        try scratch.write("", to: "file")
        let other = #expect(throws: PlatformError.self) {
            _ = try LocalSocket.connect(to: scratch("file"), until: Self.soon)
        }
        #expect(other?.errno == .connectionRefused)
    }

    @Test(arguments: [(108, Errno.nameTooLong), (4_000, .nameTooLong), (0, .invalidArgument)])
    func pathsThatNoSocketHas(count: Int, errno: Errno) {
        let path = String(repeating: "a", count: count)
        let error = #expect(throws: PlatformError.self) { _ = try LocalSocket.connect(to: path, until: Self.soon) }
        #expect(error?.errno == errno)
        let other = #expect(throws: PlatformError.self) { _ = try LocalListener.bind(path: path) }
        #expect(other?.errno == errno)
    }

    @Test func zeroOctetsInAPathAreRefused() {
        let error = #expect(throws: PlatformError.self) { _ = try LocalSocket.connect(to: "a\0b", until: Self.soon) }
        #expect(error?.errno == .invalidArgument)
    }
}
