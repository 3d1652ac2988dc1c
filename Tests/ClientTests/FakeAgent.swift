import Format
import Platform

/// Answers one connection with given octets, and keeps what it was sent.
final class FakeAgent: Sendable {
    /// What becomes of the connection after the last octets.
    enum Ending: Sendable {
        case closes
        /// Says nothing more, until the client has gone.
        case isSilent
    }

    private let thread: ThreadBox
    private let seen = Gate<AgentRequest?>(nil)
    private let waker: @Sendable () -> Void

    /// What was asked; nil when nobody came or it was no request.
    var request: AgentRequest? { seen.withLock { $0 } }

    /// What was asked, once it has been.
    func waitForRequest() -> AgentRequest? { seen.wait(until: .after(seconds: 60)) { $0 } }

    init(at path: String, _ frames: [[UInt8]], _ ending: Ending = .closes) throws {
        let listener = ListenerBox(try LocalListener.bind(path: path))
        let seen = seen
        waker = { listener.listener.wake() }
        thread = ThreadBox(
            try Thread.spawn(name: "fake agent") {
                guard let socket = (try? listener.listener.accept(until: .after(seconds: 60))) ?? nil else { return }
                let request = Self.read(socket)
                seen.withLock { $0 = request }
                seen.signalAll()
                for frame in frames { try? socket.send(frame, until: .after(seconds: 60)) }
                if ending == .isSilent { _ = try? socket.receive(byteCount: 1, until: .after(seconds: 60)) }
            })
    }

    deinit {
        waker()
        thread.join()
    }

    private static func read(_ socket: borrowing LocalSocket) -> AgentRequest? {
        let soon = Deadline.after(seconds: 60)
        guard let head = (try? socket.receive(byteCount: AgentFrameHeader.byteCount, until: soon)) ?? nil,
            let header = try? AgentFrameHeader(head),
            let body = (try? socket.receive(byteCount: header.bodyByteCount, until: soon)) ?? nil
        else { return nil }
        return try? AgentRequest(kind: header.kind, body: body)
    }
}

/// Shares a listener between the thread that accepts and the one that ends it.
private final class ListenerBox: Sendable {
    let listener: LocalListener

    init(_ listener: consuming LocalListener) { self.listener = listener }
}

/// Keeps a thread until somebody joins it.
private final class ThreadBox: Sendable {
    private let thread: Gate<Thread?>

    init(_ thread: consuming sending Thread) { self.thread = Gate(consume thread) }

    func join() {
        let taken = thread.withLock { thread -> Thread? in thread.take() }
        if let taken { taken.join() }
    }
}
