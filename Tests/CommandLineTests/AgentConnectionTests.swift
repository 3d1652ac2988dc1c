import Format
import Operations
import Platform
import Testing

@testable import trunkline

/// What the agent says to clients of all kinds, without anything to be archived.
@Suite struct AgentConnectionTests {
    private static let seconds = 60.0
    private let metrics = MetricsRegistry()

    /// Serves one end of a pair while `body` talks at the other.
    private func serving(_ body: (borrowing LocalSocket) throws -> Void) throws {
        let metrics = metrics
        try LocalSocket.pair().split { server, client in
            let connection = AgentConnection(server, metrics: metrics) { nil }
            let crew = Crew()
            try crew.begin(name: "serve") {
                connection.serve()
                connection.end()
            }
            defer {
                connection.end()
                crew.join()
            }
            try body(client)
        }
    }

    private func ask(_ octets: [UInt8], _ socket: borrowing LocalSocket) throws -> AgentReply? {
        try socket.send(octets, until: .after(seconds: Self.seconds))
        guard
            let head = try socket.receive(
                byteCount: AgentFrameHeader.byteCount, until: .after(seconds: Self.seconds))
        else { return nil }
        let header = try AgentFrameHeader(head)
        let body = try socket.receive(byteCount: header.bodyByteCount, until: .after(seconds: Self.seconds))
        return try AgentReply(kind: header.kind, body: body ?? [])
    }

    private func reason(_ reply: AgentReply?) -> String? {
        guard case .declined(let reason) = reply else { return nil }
        return reason
    }

    @Test func anEndingAgentDeclinesAndStaysPolite() throws {
        try serving { client in
            for _ in 0..<3 {
                let reply = try ask(AgentRequest.ping.encoded(), client)
                #expect(reason(reply) == "the agent is ending")
            }
        }
        #expect(metrics.text.contains("trunkline_agent_declined_total{reason=\"ending\"} 3"))
    }

    @Test func anotherVersionIsAnsweredInOurs() throws {
        var frame = AgentRequest.ping.encoded()
        frame[4] = 9
        try serving { client in
            let reply = try ask(frame, client)
            #expect(reason(reply) == "the agent speaks version 1, not 9")
            // And may go on in ours.
            let next = try ask(AgentRequest.ping.encoded(), client)
            #expect(reason(next) == "the agent is ending")
        }
        #expect(metrics.text.contains("trunkline_agent_declined_total{reason=\"version\"} 1"))
    }

    @Test func aFrameThatMakesNoSenseIsDeclined() throws {
        var frame = AgentRequest.ping.encoded()
        frame[6] = 77
        try serving { client in
            let reply = try ask(frame, client)
            #expect(reason(reply)?.contains("kind 77") == true)
        }
        #expect(metrics.text.contains("trunkline_agent_declined_total{reason=\"malformed\"} 1"))
    }

    @Test(arguments: [Array("GET / HTTP/1.1\r\n\r\n".utf8), [UInt8](repeating: 0xFF, count: 64)])
    func whatIsNoFrameEndsTheConnection(_ garbage: [UInt8]) throws {
        try serving { client in
            let reply = try ask(garbage, client)
            #expect(reply == nil)
        }
    }

    @Test func anOverlongFrameEndsTheConnection() throws {
        var frame = AgentRequest.ping.encoded()
        frame[11] = 0x7F
        try serving { client in
            let reply = try ask(frame, client)
            #expect(reply == nil)
        }
    }

    @Test func aClientThatGoesIsForgotten() throws {
        try serving { client in client.shutdown() }
    }
}
