import Platform
import Testing

@Suite struct ChildTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func shell(_ script: String) throws(PlatformError) -> Child {
        try Child("/bin/sh", ["sh", "-c", script, "sh", scratch("out")])
    }

    /// Everything up to the end of the pipe.
    private func readAll(_ child: Child) throws(PlatformError) -> [UInt8] {
        var all: [UInt8] = []
        var count = 0
        repeat {
            let piece = try Self.readSome(child)
            count = piece.count
            all += piece
        } while count > 0
        return all
    }

    private static func readSome(_ child: Child) throws(PlatformError) -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: 10_000) { (buffer, initialized) throws(PlatformError) in
            let memory = UnsafeMutableRawBufferPointer(buffer)
            var output = OutputRawSpan(buffer: memory, initializedCount: 0)
            defer {
                initialized = output.finalize(for: memory)
                output = OutputRawSpan()
            }
            _ = try child.read(into: &output)
        }
    }

    @Test func readsWhatItWritesAndHowItEnds() throws {
        let child = try shell("printf hello; exit 3")
        #expect(try readAll(child) == Array("hello".utf8))
        #expect(try child.wait() == .exited(code: 3))
        #expect(try child.ended() == .exited(code: 3))
        #expect(try shell("kill -KILL $$").wait() == .killed(signal: 9))
        #expect(try shell("exit 0").wait().isSuccess)
    }

    @Test func readsMoreThanThePipeHolds() throws {
        let child = try shell("head -c 3000000 /dev/zero")
        #expect(try readAll(child).count == 3_000_000)
        #expect(try child.wait().isSuccess)
    }

    @Test func theEndOfThePipeIsNotTheEndOfTheProgram() throws {
        let child = try shell("exec >&-; while ! test -e \"$1\"; do sleep 0.01; done; exit 4")
        #expect(try readAll(child) == [])
        #expect(try child.ended() == nil)
        try scratch.write("", to: "out")
        #expect(try child.wait() == .exited(code: 4))
    }

    @Test func waitingEndsAtTheDeadline() throws {
        let child = try shell("while ! test -e \"$1\"; do sleep 0.01; done; echo")
        #expect(try !child.waitUntilReadable(until: .after(seconds: 0.02)))
        #expect(try !child.waitUntilReadable(until: .after(seconds: 0)))
        try scratch.write("", to: "out")
        #expect(try child.waitUntilReadable(until: .never))
        #expect(try readAll(child) == [10])
        #expect(try child.waitUntilReadable(until: .never), "the end can be read, too")
    }

    /// A pipeline's processes are all in the group.
    @Test func aSignalReachesWhatItHasStarted() throws {
        let child = try shell("sleep 1000 | sleep 1000 & sleep 1000 & echo; wait")
        #expect(try Self.readSome(child) == [10])
        child.send(.terminate)
        #expect(try child.wait() == .killed(signal: 15))
        #expect(try readAll(child) == [], "nobody has the other end any more")
        child.send(.terminate)
        // Also when the program itself is gone.
        let parent = try shell("sleep 1000 & exit 1")
        #expect(try parent.wait() == .exited(code: 1))
        parent.terminate()
        #expect(try readAll(parent) == [])
    }

    @Test func theEndOfItsLifeEndsTheProgram() throws {
        var child: Child? = try shell("trap '' INT; echo; sleep 1000")
        let pid = try #require(child?.pid)
        #expect(Process.isAlive(pid))
        child = nil
        #expect(!Process.isAlive(pid))
    }

    @Test func itsStandardStreamsAreAsPromised() throws {
        let script = """
            ls -l /proc/self/fd | sed -n 's/.* \\([0-9]*\\) -> \\(.*\\)/\\1 \\2/p'
            grep -E '^Sig(Blk|Ign)' /proc/self/status
            """
        try scratch.write("", to: "f")
        let file = try Descriptor.open(scratch("f"), .read)
        Signals.ignoreBrokenPipe()
        let output = String(decoding: try readAll(try shell(script)), as: UTF8.self)
        withExtendedLifetime(file) {}
        let lines = output.split(separator: "\n")
        #expect(lines.contains("0 /dev/null"), "\(output)")
        #expect(lines.contains { $0.hasPrefix("1 pipe:") })
        #expect(!output.contains(scratch("f")))
        #expect(lines.filter { $0.hasSuffix("0000000000000000") || $0.contains("SigIgn") }.count == 2, "\(output)")
        let ignored = lines.first { $0.hasPrefix("SigIgn") }.flatMap { UInt64($0.suffix(16), radix: 16) }
        #expect(ignored.map { $0 & (1 << 12) } == 0, "SIGPIPE is as usual: \(output)")
    }

    @Test func failsWhereThereIsNoProgram() {
        let error = #expect(throws: PlatformError.self) { try Child(scratch("none"), ["none"]) }
        #expect(error?.errno == .noSuchFile)
        #expect(throws: PlatformError.self) { try Child("/bin/sh", ["sh", "-c", "a\0b"]) }
    }

    #if SYSCALL_FAULTS
    /// Whatever call is refused: an error. close(2) is left out, as one that is refused here would not close.
    @Test func everyRefusedCallIsAnError() throws {
        let calls: Set = ["pipe2", "posix_spawn", "poll", "read", "waitid"]
        // Collected without faults.
        var children: [Child] = []
        for nth in 1...40 {
            let run = SyscallFaults.failing(nth: nth, errno: .inputOutput, only: calls) { () throws(PlatformError) in
                let child = try shell("echo")
                children.append(child)
                _ = try child.waitUntilReadable(until: .never)
                _ = try readAll(child)
                return try child.wait()
            }
            guard run.reached else {
                #expect(try run.result.get().isSuccess)
                return
            }
            let error = #expect(throws: PlatformError.self) { try run.result.get() }
            #expect(error?.errno == .inputOutput)
        }
        Issue.record("the calls have no end")
    }
    #endif
}
