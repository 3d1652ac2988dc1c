package import Format
internal import Platform

/// The end of a request that the agent has taken on.
package struct AgentAnswer: Equatable, Sendable {
    package let exitCode: UInt8
    /// Whole lines for standard error.
    package let text: String

    /// Asks whoever listens at `socket`; nil for everything but an answer: nobody there, a stranger, silence, a word of
    /// another version.
    package static func of(
        _ request: AgentRequest, socket path: String, silenceSeconds: Double = AgentProtocol.silenceSeconds
    ) -> AgentAnswer? {
        let first = Deadline.after(seconds: silenceSeconds)
        guard let socket = try? LocalSocket.connect(to: path, until: first), isTrusted(socket),
            (try? socket.send(request.encoded(), until: first)) != nil
        else { return nil }
        while let reply = reply(from: socket, until: .after(seconds: silenceSeconds)) {
            switch reply {
            case .working: continue
            case .finished(let exitCode, let text): return AgentAnswer(exitCode: exitCode, text: text)
            case .declined: return nil
            }
        }
        return nil
    }

    /// Whether whoever listens may say that a segment is safe: this user, or root, who listens in systemd's stead.
    private static func isTrusted(_ socket: borrowing LocalSocket) -> Bool {
        guard let user = try? socket.peerUserID() else { return false }
        return user == Process.userID || user == 0
    }

    private static func reply(from socket: borrowing LocalSocket, until deadline: Deadline) -> AgentReply? {
        guard let head = (try? socket.receive(byteCount: AgentFrameHeader.byteCount, until: deadline)) ?? nil,
            let header = try? AgentFrameHeader(head), header.version == AgentProtocol.version,
            let body = (try? socket.receive(byteCount: header.bodyByteCount, until: deadline)) ?? nil
        else { return nil }
        return try? AgentReply(kind: header.kind, body: body)
    }
}
