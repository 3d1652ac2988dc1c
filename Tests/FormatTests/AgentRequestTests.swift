import Format
import TestSupport
import Testing

@Suite struct AgentRequestTests {
    private static func requests() throws -> [AgentRequest] {
        [
            try AgentRequest(
                .push(path: "pg_wal/000000010000000000000001"), configuration: "/etc/trunkline/trunkline.toml",
                cluster: "main", directory: "/var/lib/postgresql/15/main"),
            try AgentRequest(
                .fetch(name: "00000002.history", target: "pg_wal/RECOVERYHISTORY"), configuration: "", cluster: "",
                directory: "/data/zwölf"),
            .ping,
        ]
    }

    private static func parse(_ frame: [UInt8]) throws -> AgentRequest {
        let header = try AgentFrameHeader(Array(frame.prefix(AgentFrameHeader.byteCount)))
        let body = Array(frame.dropFirst(AgentFrameHeader.byteCount))
        #expect(header.bodyByteCount == body.count)
        return try AgentRequest(kind: header.kind, body: body)
    }

    @Test func areReadAsTheyAreWritten() throws {
        for request in try Self.requests() { #expect(try Self.parse(request.encoded()) == request) }
    }

    /// The octets of docs/AGENT.md.
    @Test func haveTheDocumentedForm() throws {
        let request = try AgentRequest(.push(path: "pg_wal/1"), configuration: "", cluster: "m", directory: "/d")
        let body: [UInt8] =
            [0, 0, 1, 0] + Array("m".utf8) + [2, 0] + Array("/d".utf8) + [8, 0] + Array("pg_wal/1".utf8) + [0, 0]
        #expect(request.encoded() == Array("TLWA".utf8) + [1, 0, 1, 0, UInt8(body.count), 0, 0, 0] + body)
    }

    @Test func everyShorterBodyIsRefused() throws {
        for request in try Self.requests() {
            let frame = request.encoded()
            for count in AgentFrameHeader.byteCount..<frame.count {
                let body = Array(frame[AgentFrameHeader.byteCount..<count])
                #expect(throws: FormatError.self) { try AgentRequest(kind: frame[6], body: body) }
            }
            let longer = Array(frame.dropFirst(AgentFrameHeader.byteCount)) + [0]
            let error = #expect(throws: FormatError.self) { try AgentRequest(kind: frame[6], body: longer) }
            #expect(error?.cause == "1 bytes follow its end")
        }
    }

    @Test func otherKindsAreRefused() throws {
        for request in try Self.requests() {
            let frame = request.encoded()
            let body = Array(frame.dropFirst(AgentFrameHeader.byteCount))
            for kind in UInt8.min...UInt8.max where kind != frame[6] {
                guard let other = try? AgentRequest(kind: kind, body: body) else { continue }
                #expect(other.encoded() != frame)
                #expect(kind <= 3)
            }
        }
    }

    @Test(
        arguments: [
            (.push(path: "a\0b"), "", "", "/d", .badValue), (.push(path: "a"), "", "", "d", .badValue),
            (.push(path: "a"), "", "", "", .badValue), (.push(path: "a"), "etc", "", "/d", .badValue),
            (.push(path: ""), "", "", "/d", .tooShort), (.fetch(name: "a", target: ""), "", "", "/d", .tooShort),
            (.fetch(name: "", target: "a"), "", "", "/d", .tooShort), (.ping, "", "a", "", .badValue),
            (.push(path: String(repeating: "a", count: 16_373)), "", "", "/d", .tooLong),
            (.push(path: String(repeating: "a", count: 70_000)), "", "", "/d", .tooLong),
        ] as [(AgentRequest.Operation, String, String, String, FormatError.Code)])
    func whatCannotBeAskedIsRefused(
        operation: AgentRequest.Operation, configuration: String, cluster: String, directory: String,
        code: FormatError.Code
    ) {
        let error = #expect(throws: FormatError.self) {
            try AgentRequest(operation, configuration: configuration, cluster: cluster, directory: directory)
        }
        #expect(error?.code == code)
    }

    @Test func theLongestFits() throws {
        let path = String(repeating: "a", count: AgentProtocol.bodyByteCountMax - 12)
        let request = try AgentRequest(.push(path: path), configuration: "", cluster: "", directory: "/d")
        #expect(request.encoded().count == AgentFrameHeader.byteCount + AgentProtocol.bodyByteCountMax)
        #expect(try Self.parse(request.encoded()) == request)
    }

    @Test func randomBodiesNeverTrap() throws {
        var random = SeededRandom("agent requests")
        let frames = try Self.requests().map { $0.encoded() }
        for _ in 0..<5_000 {
            var frame = frames[Int.random(in: 0..<frames.count, using: &random)]
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                frame[Int.random(in: AgentFrameHeader.byteCount..<frame.count, using: &random)] = .random(
                    in: 0...255, using: &random)
            }
            let body = Array(frame.dropFirst(AgentFrameHeader.byteCount))
            guard let request = try? AgentRequest(kind: frame[6], body: body) else { continue }
            #expect(request.encoded() == frame)
        }
    }
}
