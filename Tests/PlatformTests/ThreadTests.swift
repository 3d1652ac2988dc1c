import Platform
import Testing

@Suite struct ThreadTests {
    @Test func joinWaitsForTheBody() throws {
        let done = Gate(false)
        let thread = try Thread.spawn(name: "a name that is cut off") { done.withLock { $0 = true } }
        thread.join()
        #expect(done.withLock { $0 })
    }

    @Test func hasItsNameAndNoSignals() throws {
        let status = Gate("")
        let thread = try Thread.spawn(name: "trunk-test") {
            let octets = (try? FileSystem.readWhole("/proc/thread-self/status", limit: 1 << 16)) ?? []
            status.withLock { $0 = String(decoding: octets, as: UTF8.self) }
        }
        thread.join()
        let lines = status.withLock { $0 }.split(separator: "\n")
        // SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGTERM are the bits 0, 1, 2, 12, 14.
        let blocked = try #require(lines.first { $0.hasPrefix("SigBlk:") }?.split(separator: "\t").last)
        #expect(try #require(UInt64(blocked, radix: 16)) & 0x5007 == 0x5007)
        // SIGSEGV (bit 10) stays with the program.
        #expect(try #require(UInt64(blocked, radix: 16)) & 0x400 == 0)
    }

    @Test func lettingGoOfARunningThreadTraps() async {
        await #expect(processExitsWith: .failure) {
            _ = try Thread.spawn(name: "lost") {}
        }
    }

    #if SYSCALL_FAULTS
    @Test func failureToStartIsAnError() {
        let run = SyscallFaults.failing(nth: 1, errno: .wouldBlock, only: ["pthread_create"]) {
            () throws(PlatformError) in try Thread.spawn(name: "x") {}.join()
        }
        #expect(throws: PlatformError.self) { try run.result.get() }
    }
    #endif
}
