import Format
import Testing

@Suite struct AgentReplyTests {
    private static let replies: [AgentReply] = [
        .working, .finished(exitCode: 0, text: ""), .finished(exitCode: 255, text: "trunkline: error: zwölf\n"),
        .declined(reason: "the agent is stopping"),
    ]

    private static func parse(_ frame: [UInt8]) throws -> AgentReply {
        let header = try AgentFrameHeader(Array(frame.prefix(AgentFrameHeader.byteCount)))
        let body = Array(frame.dropFirst(AgentFrameHeader.byteCount))
        #expect(header.bodyByteCount == body.count)
        return try AgentReply(kind: header.kind, body: body)
    }

    @Test(arguments: replies) func isReadAsItIsWritten(reply: AgentReply) throws {
        #expect(try Self.parse(reply.encoded()) == reply)
    }

    /// The octets of docs/AGENT.md.
    @Test func hasTheDocumentedForm() {
        let magic = Array("TLWA".utf8)
        #expect(AgentReply.working.encoded() == magic + [1, 0, 0x82, 0, 0, 0, 0, 0])
        #expect(
            AgentReply.finished(exitCode: 69, text: "a\n").encoded()
                == magic + [1, 0, 0x81, 0, 5, 0, 0, 0, 69, 2, 0] + Array("a\n".utf8))
        #expect(AgentReply.declined(reason: "b").encoded() == magic + [1, 0, 0x83, 0, 3, 0, 0, 0, 1, 0, 0x62])
    }

    @Test(arguments: replies) func everyOtherLengthIsRefused(reply: AgentReply) {
        let frame = reply.encoded()
        for count in AgentFrameHeader.byteCount..<frame.count {
            let body = Array(frame[AgentFrameHeader.byteCount..<count])
            #expect(throws: FormatError.self) { try AgentReply(kind: frame[6], body: body) }
        }
        let longer = Array(frame.dropFirst(AgentFrameHeader.byteCount)) + [0]
        #expect(throws: FormatError.self) { try AgentReply(kind: frame[6], body: longer) }
    }

    @Test func otherKindsAreRefused() {
        for kind: UInt8 in [0, 1, 2, 3, 0x80, 0x84, 0xFF] {
            let error = #expect(throws: FormatError.self) { try AgentReply(kind: kind, body: []) }
            #expect(error?.code == .notRecognised)
        }
    }

    @Test func textsMustBeTexts() {
        for text: [UInt8] in [[0xFF], [0], [0xC3]] {
            let error = #expect(throws: FormatError.self) { try AgentReply(kind: 0x83, body: [1, 0] + text) }
            #expect(error?.code == .badValue)
        }
    }

    /// A long error message must not keep the client from its exit code.
    @Test(arguments: 0..<4) func longTextsAreCutBetweenCharacters(shift: Int) throws {
        let text = String(repeating: "x", count: shift) + String(repeating: "🐘", count: 5_000)
        guard case .finished(7, let cut) = try Self.parse(AgentReply.finished(exitCode: 7, text: text).encoded()) else {
            Issue.record("it is something else")
            return
        }
        #expect(text.hasPrefix(cut))
        #expect(AgentProtocol.bodyByteCountMax - 3 - cut.utf8.count < 4)
    }

    @Test func zeroOctetsAreLeftOut() throws {
        #expect(try Self.parse(AgentReply.declined(reason: "a\0b").encoded()) == .declined(reason: "ab"))
    }
}
