import Platform
import Testing

/// Signals are sent to single threads here: those to the process would reach the threads of the test runner.
@Suite struct SignalsTests {
    @Test func blockedSignalIsTakenByWaiting() throws {
        let taken = Gate<Signal?>(nil)
        let thread = try Thread.spawn(name: "waiter") {
            let signal = Signals.wait(for: [.interrupt, .terminate])
            taken.withLock { $0 = signal }
        }
        thread.send(.terminate)
        thread.join()
        #expect(taken.withLock { $0 } == .terminate)
    }

    @Test func waitingEndsAtTheDeadline() throws {
        let taken = Gate<Signal?>(.quit)
        let thread = try Thread.spawn(name: "waiter") {
            let signal = Signals.wait(for: [.hangUp], until: .after(seconds: 0.001))
            taken.withLock { $0 = signal }
        }
        thread.join()
        #expect(taken.withLock { $0 } == nil)
    }

    @Test func watchAnswersUntilStopped() throws {
        let seen = Gate<[Signal]>([])
        let watch = try SignalWatch([.terminate, .hangUp]) { signal in
            seen.withLock { $0.append(signal) }
            seen.signalAll()
        }
        for (index, signal) in [Signal.terminate, .hangUp, .terminate].enumerated() {
            watch.send(signal)
            #expect(seen.wait(until: .never) { $0.count > index ? $0.last : nil } == signal)
        }
        watch.stop()
    }

    @Test func blockAllBlocksWhatEndsAProcess() async {
        await #expect(processExitsWith: .exitCode(0)) {
            Signals.blockAll()
            let status = String(
                decoding: try FileSystem.readWhole("/proc/thread-self/status", limit: 1 << 16), as: UTF8.self)
            let line = status.split(separator: "\n").first { $0.hasPrefix("SigBlk:") }
            let mask = UInt64(line?.split(separator: "\t").last ?? "", radix: 16) ?? 0
            // SIGHUP, SIGINT, SIGQUIT, SIGPIPE and SIGTERM are the bits 0, 1, 2, 12 and 14.
            Process.exit(mask & 0x5007 == 0x5007 ? 0 : 1)
        }
    }

    @Test func brokenPipeIsAnError() async {
        await #expect(processExitsWith: .exitCode(0)) {
            Signals.ignoreBrokenPipe()
            let sender = try Process.spawnDetached("/bin/sh", ["sh", "-c", "kill -PIPE \(Process.pid)"])
            Process.exit(try Process.wait(for: sender))
        }
    }
}
