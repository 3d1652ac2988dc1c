import Operations
import Platform
import Stream
import TestSupport
import Testing

@Suite struct CommandSourceTests {
    /// All that the source yields, read in blocks of `capacity`.
    private func readAll(_ source: any ContentSource, capacity: Int = 1000) throws(OperationError) -> [UInt8] {
        var octets: [UInt8] = []
        var block = Block(capacity: capacity)
        repeat {
            block.truncate()
            try source.fill(&block)
            octets += block.withBytes { $0.octets(first: $0.byteCount) }
        } while block.remaining == 0
        return octets
    }

    @Test func yieldsAllThatTheCommandWrites() throws {
        #expect(try readAll(CommandSource("printf 'a b'; sleep 0.05; printf c")) == Array("a bc".utf8))
        #expect(try readAll(CommandSource("head -c 300000 /dev/zero")).count == 300_000)
        #expect(try readAll(CommandSource("true")) == [])
        #expect(try readAll(CommandSource("head -c 2000 /dev/zero")).count == 2000, "a multiple of the block")
    }

    @Test(arguments: [
        ("printf a; exit 3", "exit status 3"), ("exec >&-; sleep 0.05; exit 4", "exit status 4"),
        ("kill -KILL $$", "signal 9"), ("true | false", "exit status 1"),
    ])
    func aCommandThatFailsHasNoEnd(_ command: String, _ status: String) throws {
        let error = #expect(throws: OperationError.self) { try readAll(CommandSource(command)) }
        #expect(error?.code == .commandFailed)
        #expect(error?.description == "run \"\(command)\": \(status), so nothing is stored")
    }

    @Test func aProgramThatIsNotThereIsExplained() throws {
        let error = #expect(throws: OperationError.self) {
            try readAll(CommandSource("exec /nonexistent/program 2>&-"))
        }
        #expect(error?.cause == "exit status 127, so nothing is stored")
        #expect(error?.hint != nil)
        #expect(throws: OperationError.self) { try CommandSource("a\0b") }
    }

    /// What the command has left behind keeps the pipe open.
    @Test func aFailureIsNoticedWhileThePipeIsOpen() throws {
        let source = try CommandSource("sleep 1000 & exit 5")
        let error = #expect(throws: OperationError.self) { try readAll(source) }
        #expect(error?.cause == "exit status 5, so nothing is stored")
    }

    @Test func stoppingEndsTheCommand() throws {
        let source = try CommandSource("printf a; sleep 1000; printf b")
        let thread = try Thread.spawn(name: "stopper") {
            Clock.sleep(seconds: 0.05)
            source.stop(.terminate)
        }
        let error = #expect(throws: OperationError.self) { try readAll(source) }
        thread.join()
        #expect(error?.code == .timedOut)
        #expect(error?.cause.contains("signal 15") == true)
    }

    /// Also a command that takes the signal for a reason to finish well.
    @Test func whatWasStoppedIsNotWhole() throws {
        let source = try CommandSource("trap 'exit 0' TERM; printf a; while :; do sleep 0.01; done")
        let thread = try Thread.spawn(name: "stopper") {
            Clock.sleep(seconds: 0.1)
            source.stop(.terminate)
        }
        #expect(throws: OperationError.self) { try readAll(source) }
        thread.join()
    }
}
