import Platform
import Testing

@Suite struct ProcessTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    /// Runs a shell script detached, with `$1` a file to write to; returns its exit code and what it wrote.
    private func run(_ script: String) throws -> (code: Int32, output: String) {
        let pid = try Process.spawnDetached("/bin/sh", ["sh", "-c", script, "sh", scratch("out")])
        let code = try Process.wait(for: pid)
        return (code, try scratch.read("out") ?? "")
    }

    @Test func knowsItself() throws {
        #expect(Process.cpuCount >= 1)
        #expect(Process.peakResidentBytes > 1 << 20)
        #expect(Process.processorSeconds > 0)
        #expect(!Process.arguments.isEmpty)
        #expect(Process.environment["PATH"] != nil)
        #expect(try FileSystem.status(of: Process.selfPath())?.kind == .regular)
        #expect(Process.isAlive(Process.pid))
        #expect(!Process.isAlive(0) && !Process.isAlive(-1))
    }

    @Test func detachedProcessHasASessionOfItsOwn() throws {
        // Fields of /proc/<pid>/stat after the name: state, parent, process group, session.
        let run = try run("set -- $(cat /proc/$$/stat) \"$1\"; echo $$ $5 $6 >\"$(eval echo \\${$#})\"")
        #expect(run.code == 0)
        let numbers = run.output.split(separator: " ").map { $0.trimmingNewline() }
        #expect(numbers.count == 3)
        #expect(Set(numbers).count == 1, "process, group and session are one: \(run.output)")
    }

    @Test func detachedProcessInheritsNoDescriptor() throws {
        try scratch.write("", to: "f")
        // Without O_CLOEXEC nothing here could be opened, so the shell passes one on to itself.
        let file = try Descriptor.open(scratch("f"), .read)
        let run = try run("ls -l /proc/$$/fd >\"$1\"")
        #expect(run.code == 0)
        #expect(!run.output.contains(scratch("f")))
        #expect(run.output.contains("/dev/null"))
        #expect(!run.output.contains("pipe:") && !run.output.contains("socket:"))
        withExtendedLifetime(file) {}
    }

    @Test func detachedProcessHasNoSignalBlockedOrIgnored() throws {
        let code = Gate<Int32?>(nil)
        let thread = try Thread.spawn(name: "spawner") {
            // All signals are blocked in this thread.
            let pid = try? Process.spawnDetached("/bin/sh", ["sh", "-c", Self.checkSignals])
            let ended = pid.flatMap { try? Process.wait(for: $0) }
            code.withLock { $0 = ended }
        }
        thread.join()
        #expect(code.withLock { $0 } == 0)
    }

    /// Succeeds when none of the signals 1 to 31 is blocked or ignored. Those from 32 on are glibc's; what posix_spawn
    /// starts ignores two of them.
    private static let checkSignals =
        "test $(grep -cE '^Sig(Blk|Ign):.0{7}[01][08]0{7}$' /proc/self/status) = 2"

    @Test func reapTellsHowAChildEnded() throws {
        #expect(try run("exit 3").code == 3)
        #expect(try run("kill -TERM $$").code == 128 + 15)
        #expect(throws: PlatformError.self) { try Process.reap(Process.pid) }
    }

    @Test func spawnFailsWhereThereIsNoProgram() {
        let error = #expect(throws: PlatformError.self) { try Process.spawnDetached(scratch("none"), ["none"]) }
        #expect(error?.errno == .noSuchFile)
        #expect(throws: PlatformError.self) { try Process.spawnDetached("/bin/true", ["a\0b"]) }
    }

    @Test func executeBecomesTheOtherProgram() async {
        await #expect(processExitsWith: .exitCode(7)) {
            Signals.blockAll()
            Signals.ignoreBrokenPipe()
            try Process.execute("/bin/sh", ["sh", "-c", "\(Self.checkSignals) && exit 7"])
        }
    }

    @Test func executeFailsWhereThereIsNoProgram() {
        let error = #expect(throws: PlatformError.self) { try Process.execute(scratch("none"), ["none"]) }
        #expect(error?.errno == .noSuchFile)
    }

    @Test func exitEndsAtOnce() async {
        await #expect(processExitsWith: .exitCode(75)) { Process.exit(75) }
    }
}

extension Substring {
    fileprivate func trimmingNewline() -> String { String(self.filter { $0 != "\n" }) }
}
