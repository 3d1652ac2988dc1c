/// What the agent answers. A request gets any number of `working`, then one of the others.
package enum AgentReply: Equatable, Sendable {
    /// It is under way; said at once and then every `AgentProtocol.workingSeconds`.
    case working
    /// It is over. The client ends with `exitCode`; `text` has whole lines for its standard error, ready to be printed.
    case finished(exitCode: UInt8, text: String)
    /// The agent leaves it to the client.
    case declined(reason: String)

    private static let noun = "agent reply"

    /// Reads the body of a frame of our version.
    package init(kind: UInt8, body: [UInt8]) throws(FormatError) {
        var position = 0
        switch AgentFrameKind(rawValue: kind) {
        case .working: self = .working
        case .finished:
            guard let exitCode = body.first else { throw FormatError(.tooShort, Self.noun, "it ends early") }
            position = 1
            self = .finished(exitCode: exitCode, text: try AgentText.take(body, at: &position, of: Self.noun))
        case .declined: self = .declined(reason: try AgentText.take(body, at: &position, of: Self.noun))
        default: throw FormatError(.notRecognised, Self.noun, "there is no kind \(kind)")
        }
        guard position == body.count else {
            throw FormatError(.badValue, Self.noun, "\(body.count - position) bytes follow its end")
        }
    }

    /// The whole frame. A text that does not fit is cut at its end; zero octets are left out.
    package func encoded() -> [UInt8] {
        var body: [UInt8] = []
        switch self {
        case .working: return AgentFrameHeader.frame(.working, body: body)
        case .finished(let exitCode, let text):
            body.append(exitCode)
            Self.append(text, to: &body)
            return AgentFrameHeader.frame(.finished, body: body)
        case .declined(let reason):
            Self.append(reason, to: &body)
            return AgentFrameHeader.frame(.declined, body: body)
        }
    }

    private static func append(_ text: String, to body: inout [UInt8]) {
        let room = AgentProtocol.bodyByteCountMax - body.count - AgentText.countByteCount
        AgentText.append(AgentText.octets(text, limit: room), to: &body)
    }
}
