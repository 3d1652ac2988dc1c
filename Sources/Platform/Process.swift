internal import CLinux
internal import Glibc

/// This process, and starting others.
package enum Process {
    /// Names and values; of a name given twice, the first counts, as with getenv(3).
    package static var environment: [String: String] {
        var result: [String: String] = [:]
        var next = linux_environment()
        while let entry = next?.pointee {
            let parts = String(cString: entry).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2, result[String(parts[0])] == nil { result[String(parts[0])] = String(parts[1]) }
            next = next?.advanced(by: 1)
        }
        return result
    }

    /// The value of one variable, nil when it is not set; for programs too short-lived to read all of them.
    package static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

    /// The command line, the program's name first.
    package static var arguments: [String] { CommandLine.arguments }

    /// The number of this process.
    package static var pid: Int32 { getpid() }

    /// The user whose rights count (geteuid(2)).
    package static var userID: UInt32 { geteuid() }

    /// The path of the running program; ENOENT where /proc is not mounted.
    package static func selfPath() throws(PlatformError) -> String {
        try FileSystem.realPath("/proc/self/exe")
    }

    /// From now on new files and directories get no permission outside of `permissions`, whatever the process was
    /// started with: a server's umask of 077 would else decide who may read a repository.
    package static func limitPermissions(to permissions: UInt16) {
        _ = umask(mode_t(~permissions & 0o777))
    }

    /// Processors this process may run on; at least one.
    package static var cpuCount: Int {
        var set = cpu_set_t()
        let size = MemoryLayout<cpu_set_t>.size
        guard sched_getaffinity(0, size, &set) == 0 else { return max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
        let count = withUnsafeBytes(of: &set) { $0.reduce(0) { $0 + $1.nonzeroBitCount } }
        return max(1, count)
    }

    /// The most memory the process has had resident so far.
    package static var peakResidentBytes: UInt64 {
        // Linux counts KiB (getrusage(2)).
        UInt64(usage().ru_maxrss) * 1024
    }

    /// The memory the process has resident now; zero where /proc is not mounted (proc_pid_statm(5)).
    package static var residentBytes: UInt64 {
        guard let octets = try? FileSystem.readWhole("/proc/self/statm", limit: 256) else { return 0 }
        let fields = String(decoding: octets, as: UTF8.self).split(separator: " ")
        guard fields.count > 1, let pages = UInt64(fields[1]) else { return 0 }
        return pages * UInt64(max(sysconf(Int32(_SC_PAGESIZE)), 0))
    }

    /// Seconds of processor time, of the program and of the kernel for it, in all threads.
    package static var processorSeconds: Double {
        let usage = usage()
        return [usage.ru_utime, usage.ru_stime].reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 }
    }

    private static func usage() -> rusage {
        var usage = rusage()
        threadCall("getrusage") { getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) }
        return usage
    }

    /// Whether a process of that number exists, be it somebody else's or a zombie.
    package static func isAlive(_ pid: Int32) -> Bool {
        guard pid > 0 else { return false }
        return kill(pid, 0) == 0 || errno == EPERM
    }

    /// Ends the process at once. No handler of atexit(3) runs: C libraries would pull down what other threads still
    /// use.
    package static func exit(_ code: Int32) -> Never {
        _exit(code)
    }
}

// MARK: - Starting programs

extension Process {
    /// Replaces this program by the one at `path`; returns only by throwing. `arguments` starts with the name.
    ///
    /// The new program starts with no signal blocked and SIGPIPE as usual; descriptors opened here are closed.
    package static func execute(_ path: String, _ arguments: [String]) throws(PlatformError) -> Never {
        try Self.validate(path, arguments, "execv")
        var none = sigset_t()
        var before = sigset_t()
        sigemptyset(&none)
        let pipeAction = signal(SIGPIPE, SIG_DFL)
        threadCall("pthread_sigmask") { pthread_sigmask(SIG_SETMASK, &none, &before) }
        defer {
            threadCall("pthread_sigmask") { pthread_sigmask(SIG_SETMASK, &before, nil) }
            _ = signal(SIGPIPE, pipeAction)
        }
        try withCStrings(arguments) { (pointers) throws(PlatformError) in
            _ = try systemCall("execv", on: path) { execv(path, pointers) }
        }
        preconditionFailure("execv returns only to fail")
    }

    /// Starts the program at `path` on its own: a session of its own, no descriptor but standard input, output and
    /// error on /dev/null, no signal blocked or ignored, the same environment and working directory. Returns its
    /// number.
    ///
    /// The session matters: PostgreSQL signals whole process groups (signal_child in
    /// src/backend/postmaster/postmaster.c), and what outlives a restore_command must not die with it. The new process
    /// is a child until this one ends; a caller that lives on collects it by `reap`.
    @discardableResult
    package static func spawnDetached(_ path: String, _ arguments: [String]) throws(PlatformError) -> Int32 {
        try Self.validate(path, arguments, "posix_spawn")
        var attributes = posix_spawnattr_t()
        threadCall("posix_spawnattr_init") { posix_spawnattr_init(&attributes) }
        defer { posix_spawnattr_destroy(&attributes) }
        setDetached(&attributes)
        var actions = posix_spawn_file_actions_t()
        threadCall("posix_spawn_file_actions_init") { posix_spawn_file_actions_init(&actions) }
        defer { posix_spawn_file_actions_destroy(&actions) }
        setQuiet(&actions)
        return try spawn(path, arguments, &actions, &attributes)
    }

    /// posix_spawn(3) with this process's environment.
    static func spawn(
        _ path: String, _ arguments: [String], _ actions: inout posix_spawn_file_actions_t,
        _ attributes: inout posix_spawnattr_t
    ) throws(PlatformError) -> Int32 {
        var pid: pid_t = 0
        let result = withCStrings(arguments) { pointers in
            #if SYSCALL_FAULTS
            if let fault = SyscallFaults.strike("posix_spawn") { return fault.rawValue }
            #endif
            return posix_spawn(&pid, path, &actions, &attributes, pointers, linux_environment())
        }
        guard result == 0 else {
            throw PlatformError(operation: "posix_spawn", object: path, errno: Errno(rawValue: result))
        }
        return pid
    }

    /// Collects a child that has ended; nil while it runs. The code is its exit code, or 128 and the signal's number.
    package static func reap(_ pid: Int32) throws(PlatformError) -> Int32? {
        try collect(pid, options: WNOHANG)
    }

    /// Waits until a child has ended and collects it; the code as for `reap`.
    package static func wait(for pid: Int32) throws(PlatformError) -> Int32 {
        // Without WNOHANG, waitpid(2) answers with this child only.
        try collect(pid, options: 0) ?? 0
    }

    private static func collect(_ pid: Int32, options: Int32) throws(PlatformError) -> Int32? {
        switch try end(of: pid, options: options) {
        case .exited(let code): code
        case .killed(let signal): 128 + signal
        case nil: nil
        }
    }

    /// Collects a child; nil when it runs and the options say not to wait.
    static func end(of pid: Int32, options: Int32) throws(PlatformError) -> ProcessEnd? {
        var status: Int32 = 0
        let ended = try systemCall("waitpid", on: String(pid)) { waitpid(pid, &status, options) }
        guard ended == pid else { return nil }
        // <sys/wait.h>: the low seven bits are the signal, the next byte the exit code.
        return status & 0x7f == 0 ? .exited(code: (status >> 8) & 0xff) : .killed(signal: status & 0x7f)
    }

    private static func setDetached(_ attributes: inout posix_spawnattr_t) {
        var none = sigset_t()
        sigemptyset(&none)
        threadCall("posix_spawnattr_setsigmask") { posix_spawnattr_setsigmask(&attributes, &none) }
        var all = sigset_t()
        sigfillset(&all)
        threadCall("posix_spawnattr_setsigdefault") { posix_spawnattr_setsigdefault(&attributes, &all) }
        let flags = Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF) | LINUX_POSIX_SPAWN_SETSID
        threadCall("posix_spawnattr_setflags") { posix_spawnattr_setflags(&attributes, flags) }
    }

    private static func setQuiet(_ actions: inout posix_spawn_file_actions_t) {
        for (number, mode) in [(0, O_RDONLY), (1, O_WRONLY), (2, O_WRONLY)] as [(Int32, Int32)] {
            threadCall("posix_spawn_file_actions_addopen") {
                posix_spawn_file_actions_addopen(&actions, number, "/dev/null", mode, 0)
            }
        }
        threadCall("posix_spawn_file_actions_addclosefrom_np") {
            posix_spawn_file_actions_addclosefrom_np(&actions, 3)
        }
    }

    static func validate(
        _ path: String, _ arguments: [String], _ operation: String
    ) throws(PlatformError) {
        for text in [path] + arguments where text.utf8.contains(0) {
            throw PlatformError(operation: operation, object: text, errno: .invalidArgument)
        }
    }

    /// Lends `texts` as a null-terminated array of C strings.
    private static func withCStrings<R, E: Error>(
        _ texts: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) throws(E) -> R
    ) throws(E) -> R {
        let pointers = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: texts.count + 1)
        defer { pointers.deallocate() }
        for (index, text) in texts.enumerated() { pointers.advanced(by: index).initialize(to: strdup(text)) }
        pointers.advanced(by: texts.count).initialize(to: nil)
        defer { for index in texts.indices { free(pointers[index]) } }
        return try body(pointers)
    }
}
