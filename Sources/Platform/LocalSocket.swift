internal import CLinux
internal import Glibc

/// One end of a connection between two processes of this machine (unix(7), SOCK_STREAM).
///
/// One thread may send and another receive at the same time; `shutdown` is for any thread. Every wait ends at its
/// deadline with ETIMEDOUT, after which an unknown part has been sent or received: such a connection is of no more use.
package struct LocalSocket: ~Copyable, Sendable {
    private let descriptor: Descriptor

    /// Takes over a socket that is connected and does not block.
    init(_ descriptor: consuming Descriptor) {
        self.descriptor = descriptor
    }

    /// Between two tries to get into the queue of a listener that is full.
    private static let retrySeconds = 0.005

    /// Connects to whoever listens at `path`. ENOENT when nobody ever did, ECONNREFUSED when nobody does now,
    /// ENAMETOOLONG for a path that no socket can have.
    package static func connect(to path: String, until deadline: Deadline) throws(PlatformError) -> LocalSocket {
        let address = try LocalAddress(path: path, for: "connect")
        let descriptor = try address.socket(LINUX_SOCK_STREAM)
        while true {
            do {
                try descriptor.withNumber { (number) throws(Errno) in
                    _ = try systemCall("connect") { address.lend { Glibc.connect(number, $0, $1) } }
                }
                return LocalSocket(descriptor)
            } catch .wouldBlock {
                // There is no way to wait for room in that queue.
                guard !deadline.hasPassed else {
                    throw PlatformError(operation: "connect", object: path, errno: .timedOut)
                }
                Clock.sleep(until: deadline.sooner(of: .after(seconds: retrySeconds)))
            } catch {
                throw PlatformError(operation: "connect", object: path, errno: error)
            }
        }
    }

    /// Both ends of a connection within this process.
    package static func pair() throws(PlatformError) -> LocalSocketPair {
        var numbers: [Int32] = [-1, -1]
        _ = try systemCall("socketpair", on: "pair") {
            socketpair(AF_UNIX, LINUX_SOCK_STREAM | LINUX_SOCK_FLAGS, 0, &numbers)
        }
        return LocalSocketPair(
            first: LocalSocket(Descriptor(number: numbers[0], path: "pair")),
            second: LocalSocket(Descriptor(number: numbers[1], path: "pair")))
    }

    /// Sends all of `octets`. EPIPE when the peer has closed; no signal is raised.
    package func send(_ octets: [UInt8], until deadline: Deadline) throws(PlatformError) {
        var done = 0
        while done < octets.count {
            do {
                done += try sendSome(octets, from: done)
            } catch .wouldBlock {
                try wait(for: POLLOUT, "send", until: deadline)
            } catch {
                throw PlatformError(operation: "send", object: descriptor.path, errno: error)
            }
        }
    }

    /// The next `byteCount` octets; nil when the peer has closed before the first of them. ECONNRESET when it has
    /// closed before the last.
    package func receive(byteCount: Int, until deadline: Deadline) throws(PlatformError) -> [UInt8]? {
        guard byteCount > 0 else { return [] }
        let octets = try [UInt8](unsafeUninitializedCapacity: byteCount) {
            (buffer, initialized) throws(PlatformError) in
            while initialized < byteCount {
                let room = UnsafeMutableRawBufferPointer(
                    rebasing: UnsafeMutableRawBufferPointer(buffer)[initialized...])
                do throws(Errno) {
                    let count = try receiveSome(room)
                    if count == 0 { return }
                    initialized += count
                } catch .wouldBlock {
                    try wait(for: POLLIN, "recv", until: deadline)
                } catch {
                    throw PlatformError(operation: "recv", object: descriptor.path, errno: error)
                }
            }
        }
        if octets.isEmpty { return nil }
        guard octets.count == byteCount else {
            throw PlatformError(operation: "recv", object: descriptor.path, errno: .connectionReset)
        }
        return octets
    }

    /// Whether the peer has closed, so that nothing sent would be read. What it has sent before may still be here.
    package var isHungUp: Bool {
        var polls = [descriptor.withNumber { pollfd($0, LINUX_POLLRDHUP) }]
        return (try? pollUntilReady(&polls, on: descriptor.path, until: .after(seconds: 0))) ?? true
    }

    /// The user whose rights the peer had when it connected, or began to listen (SO_PEERCRED).
    package func peerUserID() throws(PlatformError) -> UInt32 {
        var peer = linux_peer()
        var length = socklen_t(MemoryLayout<linux_peer>.size)
        try descriptor.withNumber { (number) throws(PlatformError) in
            _ = try systemCall("getsockopt", on: descriptor.path) {
                getsockopt(number, SOL_SOCKET, SO_PEERCRED, &peer, &length)
            }
        }
        return peer.user
    }

    /// Ends the connection for both, and the waiting of whoever sends or receives here; the peer can still read what
    /// was sent.
    package func shutdown() {
        // Refused only when the peer is gone already.
        _ = descriptor.withNumber { Glibc.shutdown($0, Int32(SHUT_RDWR)) }
    }

    private func sendSome(_ octets: [UInt8], from start: Int) throws(Errno) -> Int {
        try octets.span.bytes.withUnsafeBytes { (source) throws(Errno) in
            let rest = UnsafeRawBufferPointer(rebasing: source[start...])
            return try descriptor.withNumber { (number) throws(Errno) in
                try systemCall("send") {
                    Glibc.send(number, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
                }
            }
        }
    }

    private func receiveSome(_ room: UnsafeMutableRawBufferPointer) throws(Errno) -> Int {
        try descriptor.withNumber { (number) throws(Errno) in
            try systemCall("recv") { recv(number, room.baseAddress, room.count, 0) }
        }
    }

    private func wait(for event: Int32, _ operation: String, until deadline: Deadline) throws(PlatformError) {
        var polls = [descriptor.withNumber { pollfd($0, event) }]
        guard try pollUntilReady(&polls, on: descriptor.path, until: deadline) else {
            throw PlatformError(operation: operation, object: descriptor.path, errno: .timedOut)
        }
    }
}

/// What `LocalSocket.pair` gives.
package struct LocalSocketPair: ~Copyable, Sendable {
    package let first: LocalSocket
    package let second: LocalSocket

    /// Both for two owners.
    package consuming func split<R>(
        _ body: (consuming LocalSocket, consuming LocalSocket) throws -> R
    ) rethrows -> R {
        try body(first, second)
    }
}
