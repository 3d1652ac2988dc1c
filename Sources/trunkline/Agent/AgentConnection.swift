internal import Format
internal import Operations
internal import Platform

/// One client, from its first request to its last.
final class AgentConnection: Sendable {
    private let socket: LocalSocket
    private let metrics: MetricsRegistry
    private let answers: @Sendable () -> AgentAnswers?

    /// A client that has begun a frame has the rest of it ready.
    private static let frameSeconds = 10.0

    /// - Parameter answers: those of the configuration that is in force; nil while the agent ends.
    init(
        _ socket: consuming LocalSocket, metrics: MetricsRegistry, answers: @escaping @Sendable () -> AgentAnswers?
    ) {
        self.socket = socket
        self.metrics = metrics
        self.answers = answers
    }

    /// Answers until the client goes, or sends what is no frame.
    func serve() {
        while let frame = nextFrame() {
            var reply: AgentReply?
            do throws(AgentRefusal) {
                reply = try answer(frame)
            } catch {
                metrics.add(.agentDeclined, 1, error.kind.rawValue)
                reply = .declined(reason: error.reason)
            }
            guard let reply, (try? send(reply)) != nil else { return }
        }
    }

    /// Ends the connection; `serve` returns when what is under way has ended.
    func end() { socket.shutdown() }

    /// Whether the client is this process's user, or root, who could do everything by himself.
    var isTrusted: Bool {
        guard let user = try? socket.peerUserID() else { return false }
        return user == Process.userID || user == 0
    }

    private struct Frame {
        let header: AgentFrameHeader
        let body: [UInt8]
    }

    /// Nil when the client has gone, or makes no sense.
    private func nextFrame() -> Frame? {
        guard let octets = (try? socket.receive(byteCount: AgentFrameHeader.byteCount, until: .never)) ?? nil,
            let header = try? AgentFrameHeader(octets),
            let body = (try? socket.receive(byteCount: header.bodyByteCount, until: .after(seconds: Self.frameSeconds)))
                ?? nil
        else { return nil }
        return Frame(header: header, body: body)
    }

    private func answer(_ frame: Frame) throws(AgentRefusal) -> AgentReply? {
        guard frame.header.version == AgentProtocol.version else {
            let versions = "version \(AgentProtocol.version), not \(frame.header.version)"
            throw AgentRefusal(.version, "the agent speaks \(versions)")
        }
        let request: AgentRequest
        do throws(FormatError) {
            request = try AgentRequest(kind: frame.header.kind, body: frame.body)
        } catch {
            throw AgentRefusal(.malformed, "\(error)")
        }
        while let answers = answers() {
            do throws(AgentRefusal) {
                if let known = try answers.atOnce(request) { return known }
                return try waitFor(answers, request)
            } catch {
                // It was replaced meanwhile, by the one that is asked next.
                guard error.kind == .ending else { throw error }
            }
        }
        throw AgentRefusal.ending
    }

    /// Says that it is under way while it is; nil when the client has gone, for whom what it asked for goes on all the
    /// same.
    private func waitFor(_ answers: AgentAnswers, _ request: AgentRequest) throws(AgentRefusal) -> AgentReply? {
        guard (try? send(.working)) != nil else { return nil }
        let result = Gate<Result<AgentReply, AgentRefusal>?>(nil)
        let crew = Crew()
        do throws(PlatformError) {
            try crew.begin(name: "request") {
                do throws(AgentRefusal) {
                    let reply = try answers.answer(request) { self.socket.isHungUp }
                    result.withLock { $0 = .success(reply) }
                } catch {
                    result.withLock { $0 = .failure(error) }
                }
                result.signalAll()
            }
        } catch {
            throw AgentRefusal(.trouble, "\(error)")
        }
        defer { crew.join() }
        while true {
            let outcome = result.wait(until: .after(seconds: AgentProtocol.workingSeconds)) { $0 }
            if let outcome { return try outcome.get() }
            guard (try? send(.working)) != nil else { return nil }
        }
    }

    private func send(_ reply: AgentReply) throws(PlatformError) {
        try socket.send(reply.encoded(), until: .after(seconds: Self.frameSeconds))
    }
}
