internal import CLinux
internal import Glibc

/// A local socket that others connect to.
///
/// One thread accepts; `wake` is for any thread. The end of its life removes the socket's file, unless the file is
/// somebody else's (socket activation) or has been replaced.
package struct LocalListener: ~Copyable, Sendable {
    private let descriptor: Descriptor
    private let wakeUp: WakeUp
    /// The file to be removed at the end.
    private let file: FileStatus?

    /// Connections that may wait to be accepted; PostgreSQL makes one at a time, its standbys one each.
    private static let backlog: Int32 = 64
    /// Another agent that starts holds the directory's lock for a moment.
    private static let lockSeconds = 5.0
    /// A listener that is alive answers at once, be it that its queue is full.
    private static let probeSeconds = 0.5
    /// Between two tries to lock.
    private static let pauseSeconds = 0.005

    private init(_ descriptor: consuming Descriptor, file: FileStatus?) throws(PlatformError) {
        wakeUp = try WakeUp()
        self.descriptor = descriptor
        self.file = file
    }

    deinit {
        guard let file, let now = (try? FileSystem.status(of: path, followLinks: false)) ?? nil else { return }
        if now.isSameFile(as: file) { _ = try? FileSystem.remove(path) }
    }

    /// Where it listens.
    package var path: String { descriptor.path }

    /// Listens at `path`, which nobody but `permissions` lets in can open at any moment.
    ///
    /// A socket's file that nobody listens at any more is replaced. EADDRINUSE when somebody does, EEXIST when the name
    /// belongs to something else, ENAMETOOLONG for a path of more than 107 octets.
    package static func bind(path: String, permissions: UInt16 = 0o600) throws(PlatformError) -> LocalListener {
        let address = try LocalAddress(path: path, for: "bind")
        let directory = try Descriptor.open(FileSystem.parent(of: path) ?? ".", .directory)
        try lock(directory)
        defer { unlock(directory) }
        try clear(path)
        let descriptor = try address.socket(LINUX_SOCK_STREAM)
        try bind(descriptor, to: address, permissions)
        do throws(PlatformError) {
            // Exactly these, whatever the umask took away.
            try pathCall("chmod", path) { chmod($0, mode_t(permissions)) }
            try listen(descriptor)
            return try LocalListener(descriptor, file: FileSystem.status(of: path, followLinks: false))
        } catch {
            _ = try? FileSystem.remove(path)
            throw error
        }
    }

    /// Takes over a socket that systemd listens with (`ServiceManager.listenDescriptors`). ENOTSOCK, or EINVAL for a
    /// socket that does not listen or is not a local one; it then stays as it was.
    package static func adopt(descriptor number: Int32) throws(PlatformError) -> LocalListener {
        let name = "descriptor \(number)"
        var isListening: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        _ = try systemCall("getsockopt", on: name) {
            getsockopt(number, SOL_SOCKET, SO_ACCEPTCONN, &isListening, &length)
        }
        let path: String?
        do {
            path = try LocalAddress.path(of: number)
        } catch {
            throw PlatformError(operation: "getsockname", object: name, errno: error)
        }
        guard isListening == 1, let path else {
            throw PlatformError(operation: "accept", object: name, errno: .invalidArgument)
        }
        let status = try systemCall("fcntl", on: name) { fcntl(number, F_GETFL) }
        _ = try systemCall("fcntl", on: name) { fcntl(number, F_SETFL, status | O_NONBLOCK) }
        _ = try systemCall("fcntl", on: name) { fcntl(number, F_SETFD, FD_CLOEXEC) }
        return try LocalListener(Descriptor(number: number, path: path), file: nil)
    }

    /// The next connection; nil when `deadline` came first, or `wake`.
    package func accept(until deadline: Deadline) throws(PlatformError) -> LocalSocket? {
        while true {
            var polls = [descriptor.withNumber { pollfd($0, POLLIN) }, wakeUp.poll]
            guard try pollUntilReady(&polls, on: path, until: deadline) else { return nil }
            if polls[1].isReady {
                wakeUp.take()
                return nil
            }
            do {
                let number = try descriptor.withNumber { (listener) throws(Errno) in
                    try systemCall("accept4") { accept4(listener, nil, nil, LINUX_SOCK_FLAGS) }
                }
                return LocalSocket(Descriptor(number: number, path: path))
            } catch .wouldBlock {
                // Another process has the same socket and was faster.
            } catch .connectionAborted {
            } catch {
                throw PlatformError(operation: "accept4", object: path, errno: error)
            }
        }
    }

    /// Ends a call of `accept`, the one under way or the next one.
    package func wake() { wakeUp.send() }
}

// MARK: - Binding

extension LocalListener {
    /// Two that start at once must not take each other for dead: between bind(2) and listen(2) nobody answers.
    private static func lock(_ directory: borrowing Descriptor) throws(PlatformError) {
        let patience = Deadline.after(seconds: lockSeconds)
        while true {
            do {
                try directory.withNumber { (number) throws(Errno) in
                    _ = try systemCall("flock") { flock(number, LOCK_EX | LOCK_NB) }
                }
                return
            } catch {
                guard error == .wouldBlock, !patience.hasPassed else {
                    throw PlatformError(operation: "flock", object: directory.path, errno: error)
                }
            }
            Clock.sleep(seconds: pauseSeconds)
        }
    }

    private static func unlock(_ directory: borrowing Descriptor) {
        _ = directory.withNumber { flock($0, LOCK_UN) }
    }

    /// Makes way for a new socket, or says why not.
    private static func clear(_ path: String) throws(PlatformError) {
        guard let isSocket = try isSocket(path) else { return }
        guard isSocket else { throw PlatformError(operation: "bind", object: path, errno: .exists) }
        do throws(PlatformError) {
            _ = try LocalSocket.connect(to: path, until: .after(seconds: probeSeconds))
        } catch {
            switch error.errno {
            case .connectionRefused:
                try FileSystem.remove(path)
                return
            case .noSuchFile: return
            // The queue is full, which is a sign of life.
            case .timedOut: break
            default: throw error
            }
        }
        throw PlatformError(operation: "bind", object: path, errno: .addressInUse)
    }

    /// Nil when nothing has that name. A link to a socket is no socket of ours.
    private static func isSocket(_ path: String) throws(PlatformError) -> Bool? {
        var status = stat()
        do {
            try pathCall("lstat", path) { lstat($0, &status) }
        } catch {
            guard error.errno == .noSuchFile else { throw error }
            return nil
        }
        return status.st_mode & S_IFMT == S_IFSOCK
    }

    /// The file gets the mode that the socket has (unix_bind in net/unix/af_unix.c), so it is never open to others.
    private static func bind(
        _ descriptor: borrowing Descriptor, to address: LocalAddress, _ permissions: UInt16
    ) throws(PlatformError) {
        try descriptor.setPermissions(permissions)
        try descriptor.withNumber { (number) throws(PlatformError) in
            _ = try systemCall("bind", on: address.path) { address.lend { Glibc.bind(number, $0, $1) } }
        }
    }

    private static func listen(_ descriptor: borrowing Descriptor) throws(PlatformError) {
        try descriptor.withNumber { (number) throws(PlatformError) in
            _ = try systemCall("listen", on: descriptor.path) { Glibc.listen(number, backlog) }
        }
    }
}
