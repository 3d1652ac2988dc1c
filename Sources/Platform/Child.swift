internal import CLinux
internal import Glibc

/// A program that this process started in order to read what it writes to its standard output.
///
/// Its standard input is /dev/null, its standard error is ours, and it inherits nothing else. The end of this value's
/// life ends the program, which is collected only then: until then its number, and that of its group, are nobody
/// else's. All calls may be made by any thread, also while another one reads or waits.
package final class Child: Sendable {
    package let pid: Int32
    private let output: Descriptor
    private let leadsGroup: Bool

    /// How long a program may take to clean up after SIGTERM.
    private static let graceSeconds = 5.0
    /// Between two looks at a program that is being ended.
    private static let lookSeconds = 0.01

    /// Starts the program at `path`; `arguments` starts with its name.
    ///
    /// It leads a process group of its own, which a signal reaches as a whole, whatever the program starts in its turn;
    /// unless a terminal listens to us: what it starts may have to ask a person there for a password, which the
    /// kernel grants to the foreground group alone. There, the interrupt key reaches everybody without our help.
    package init(_ path: String, _ arguments: [String]) throws(PlatformError) {
        leadsGroup = !Terminal.isInForeground
        let pipe = try Pipe(name: "output of \(path)")
        pid = try Self.spawn(path, arguments, writing: pipe.writing, leadsGroup: leadsGroup)
        output = pipe.reading
    }

    deinit {
        if isRunning { terminate() }
        _ = try? Process.end(of: pid, options: 0)
    }

    /// Appends what there is to read, waiting for at least a byte. Returns how many; zero with room means that nobody
    /// has the other end of the pipe any more, which is not the end of the program.
    package func read(into output: inout OutputRawSpan) throws(PlatformError) -> Int {
        try self.output.readSome(into: &output)
    }

    /// Waits until `read` would not wait; false when `deadline` came first.
    package func waitUntilReadable(until deadline: Deadline) throws(PlatformError) -> Bool {
        try output.waitUntilReadable(until: deadline)
    }

    /// How it ended; nil while it runs.
    package func ended() throws(PlatformError) -> ProcessEnd? { try look(WNOHANG) }

    /// Waits for its end.
    package func wait() throws(PlatformError) -> ProcessEnd {
        // Without WNOHANG, waitid(2) answers with this child only.
        try look(0) ?? .exited(code: 0)
    }

    /// Sends a signal to it, and to what it has started and left in its group; nothing happens when nobody is there.
    package func send(_ signal: Signal) {
        send(number: signal.rawValue)
    }

    /// Ends it, gently at first, and waits until it has ended. What it has left behind is told to end, too.
    package func terminate() {
        send(.terminate)
        let patience = Deadline.after(seconds: Self.graceSeconds)
        while isRunning {
            if patience.hasPassed { send(number: SIGKILL) }
            Clock.sleep(seconds: Self.lookSeconds)
        }
    }

    private var isRunning: Bool { ((try? ended()) ?? nil) == nil }

    private func send(number: Int32) {
        _ = kill(leadsGroup ? -pid : pid, number)
    }

    /// Leaves it to be collected at the end of this value's life.
    private func look(_ options: Int32) throws(PlatformError) -> ProcessEnd? {
        var information = siginfo_t()
        _ = try systemCall("waitid", on: String(pid)) {
            waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT | options)
        }
        let child = information._sifields._sigchld
        guard child.si_pid == pid else { return nil }
        return information.si_code == Int32(CLD_EXITED)
            ? .exited(code: child.si_status) : .killed(signal: child.si_status)
    }

    private static func spawn(
        _ path: String, _ arguments: [String], writing: borrowing Descriptor, leadsGroup: Bool
    ) throws(PlatformError) -> Int32 {
        try Process.validate(path, arguments, "posix_spawn")
        var attributes = posix_spawnattr_t()
        threadCall("posix_spawnattr_init") { posix_spawnattr_init(&attributes) }
        defer { posix_spawnattr_destroy(&attributes) }
        setSignals(&attributes, leadsGroup: leadsGroup)
        var actions = posix_spawn_file_actions_t()
        threadCall("posix_spawn_file_actions_init") { posix_spawn_file_actions_init(&actions) }
        defer { posix_spawn_file_actions_destroy(&actions) }
        writing.withNumber { number in
            threadCall("posix_spawn_file_actions_adddup2") {
                posix_spawn_file_actions_adddup2(&actions, number, StandardStream.output.rawValue)
            }
        }
        threadCall("posix_spawn_file_actions_addopen") {
            posix_spawn_file_actions_addopen(&actions, StandardStream.input.rawValue, "/dev/null", O_RDONLY, 0)
        }
        threadCall("posix_spawn_file_actions_addclosefrom_np") {
            posix_spawn_file_actions_addclosefrom_np(&actions, StandardStream.error.rawValue + 1)
        }
        return try Process.spawn(path, arguments, &actions, &attributes)
    }

    /// No signal blocked, and those as usual that this program ignores; what it was itself told to ignore (nohup(1))
    /// stays ignored.
    private static func setSignals(_ attributes: inout posix_spawnattr_t, leadsGroup: Bool) {
        var none = sigset_t()
        sigemptyset(&none)
        threadCall("posix_spawnattr_setsigmask") { posix_spawnattr_setsigmask(&attributes, &none) }
        var ours = sigset_t()
        sigemptyset(&ours)
        sigaddset(&ours, SIGPIPE)
        sigaddset(&ours, SIGXFSZ)
        threadCall("posix_spawnattr_setsigdefault") { posix_spawnattr_setsigdefault(&attributes, &ours) }
        // The group that 0 stands for is the new one.
        threadCall("posix_spawnattr_setpgroup") { posix_spawnattr_setpgroup(&attributes, 0) }
        let group = leadsGroup ? POSIX_SPAWN_SETPGROUP : 0
        let flags = Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | group)
        threadCall("posix_spawnattr_setflags") { posix_spawnattr_setflags(&attributes, flags) }
    }
}

/// Both ends of a pipe.
private struct Pipe: ~Copyable {
    let reading: Descriptor
    let writing: Descriptor

    /// Bytes it should hold: what an unprivileged user may ask for (/proc/sys/fs/pipe-max-size).
    private static let byteCount: Int32 = 1 << 20

    init(name: String) throws(PlatformError) {
        var ends: [Int32] = [-1, -1]
        _ = try systemCall("pipe2", on: name) { pipe2(&ends, O_CLOEXEC) }
        // A hint: with less room the two only wait for each other more often.
        _ = fcntl(ends[1], LINUX_F_SETPIPE_SZ, Self.byteCount)
        reading = Descriptor(number: ends[0], path: name)
        writing = Descriptor(number: ends[1], path: name)
    }
}
