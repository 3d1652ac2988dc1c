import Format
import Testing
import trunkline_wal

@Suite struct AgentAnswerTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private static let request: AgentRequest = .ping
    private static let done = AgentReply.finished(exitCode: 3, text: "trunkline: error: x\n").encoded()
    private static let working = AgentReply.working.encoded()

    private func ask(_ frames: [[UInt8]], _ ending: FakeAgent.Ending = .closes, silence: Double = 30) throws
        -> AgentAnswer?
    {
        let agent = try FakeAgent(at: scratch("s"), frames, ending)
        let answer = AgentAnswer.of(Self.request, socket: scratch("s"), silenceSeconds: silence)
        withExtendedLifetime(agent) {}
        return answer
    }

    @Test func theEndIsWaitedFor() throws {
        let answer = try ask([Self.working, Self.working, Self.done], .isSilent)
        #expect(answer?.exitCode == 3)
        #expect(answer?.text == "trunkline: error: x\n")
    }

    @Test func octetsMayComeOneByOne() throws {
        #expect(try ask((Self.working + Self.done).map { [$0] })?.exitCode == 3)
    }

    @Test(
        arguments: [
            [], [working], [AgentReply.declined(reason: "no").encoded()], [Array(done.dropLast())], [request.encoded()],
            [Array("HTTP/1.1 400 Bad Request".utf8)], [Array("TLWA".utf8) + [2, 0, 0x81, 0, 3, 0, 0, 0, 0, 0, 0]],
            [Array("TLWA".utf8) + [1, 0, 0x81, 0, 255, 255, 255, 255]],
        ] as [[[UInt8]]])
    func everythingElseIsNoAnswer(frames: [[UInt8]]) throws {
        #expect(try ask(frames) == nil)
    }

    @Test func silenceEndsTheWaiting() throws {
        #expect(try ask([], .isSilent, silence: 0.05) == nil)
        #expect(try ask([Self.working], .isSilent, silence: 0.05) == nil)
        #expect(try ask([Array(Self.done.prefix(13))], .isSilent, silence: 0.05) == nil)
    }

    @Test func nobodyIsThere() {
        #expect(AgentAnswer.of(Self.request, socket: scratch("none")) == nil)
        #expect(AgentAnswer.of(Self.request, socket: String(repeating: "a", count: 200)) == nil)
        #expect(AgentAnswer.of(Self.request, socket: "") == nil)
    }
}
