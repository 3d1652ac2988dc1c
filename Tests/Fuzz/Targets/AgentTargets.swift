import Format

extension FuzzTarget {
    static let agent = [agentRequest, agentReply]

    private static let agentRequest = FuzzTarget(
        name: "agent-request", byteCountMax: 512,
        seeds: {
            try [
                AgentRequest(
                    .push(path: "pg_wal/000000010000000000000001"), configuration: "/etc/trunkline/trunkline.toml",
                    cluster: "main", directory: "/var/lib/postgresql/15/main"),
                AgentRequest(
                    .fetch(name: "00000002.history", target: "pg_wal/RECOVERYHISTORY"), configuration: "",
                    cluster: "", directory: "/d"),
                .ping,
            ].map { $0.encoded() }
        },
        run: { bytes in
            guard let (header, body) = frame(bytes) else { return }
            guard let request = try? AgentRequest(kind: header.kind, body: body) else { return }
            expect(isSame(request.encoded(), bytes, header), "a request is written as it is read")
        })

    private static let agentReply = FuzzTarget(
        name: "agent-reply", byteCountMax: 512,
        seeds: {
            [
                AgentReply.working, .finished(exitCode: 0, text: ""),
                .finished(exitCode: 69, text: "trunkline: error: zwölf\n"), .declined(reason: "the agent is ending"),
            ].map { $0.encoded() }
        },
        run: { bytes in
            guard let (header, body) = frame(bytes) else { return }
            guard let reply = try? AgentReply(kind: header.kind, body: body) else { return }
            expect(isSame(reply.encoded(), bytes, header), "a reply is written as it is read")
        })

    /// What a peer would make of the bytes: as many of them as the header says belong to the body.
    private static func frame(_ bytes: [UInt8]) -> (AgentFrameHeader, body: [UInt8])? {
        guard let header = try? AgentFrameHeader(Array(bytes.prefix(AgentFrameHeader.byteCount))) else { return nil }
        expect(header.bodyByteCount <= AgentProtocol.bodyByteCountMax, "a body has a bound")
        let rest = bytes.dropFirst(AgentFrameHeader.byteCount)
        guard rest.count >= header.bodyByteCount else { return nil }
        return (header, Array(rest.prefix(header.bodyByteCount)))
    }

    private static func isSame(_ written: [UInt8], _ read: [UInt8], _ header: AgentFrameHeader) -> Bool {
        // Frames of other versions are not taken apart by a peer; the writer knows its own only.
        header.version != AgentProtocol.version || read.starts(with: written)
    }
}
