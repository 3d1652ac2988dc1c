import Format
import Platform
import Stream
import TestSupport
import Testing

@testable import Operations

@Suite struct AgentTests {
    private let host: Host
    private static let patience = 60.0

    init() throws { host = try Host() }

    private func agent(
        _ repositories: [String] = ["local"], bestEffort: Set<String> = [], settings: [String: String] = [:]
    ) throws -> Agent {
        let (configuration, _) = try host.configuration(repositories, bestEffort: bestEffort, settings: settings)
        let agent = try Agent(
            configuration, only: nil, environment: [:], metrics: MetricsRegistry()
        ) { _ in }
        try agent.begin()
        return agent
    }

    private func push(_ path: String, by agent: Agent, seconds: Double = AgentTests.patience) throws {
        let (service, file) = try agent.service(for: path, in: host.data, cluster: "")
        try service.push(try PushWAL.name(of: path), at: file, until: .after(seconds: seconds))
    }

    private func end(_ agent: Agent) {
        #expect(agent.end(until: .after(seconds: Self.patience)))
    }

    private func eventually(_ what: Comment, _ isSo: () throws -> Bool) throws {
        let deadline = Deadline.after(seconds: Self.patience)
        while try !isSo() {
            guard !deadline.hasPassed else {
                Issue.record("not within \(Self.patience) s: \(what)")
                return
            }
            Clock.sleep(seconds: 0.01)
        }
    }

    @Test func archivesBeforeAnybodyAsks() throws {
        try host.found(["local", "second"])
        let names = host.segments(4)
        for name in names.dropLast() { try host.makeReady("\(name)", host.octets(name)) }
        let agent = try agent(["local", "second"])
        defer { end(agent) }
        try eventually("what was ready is stored") {
            try names.dropLast().allSatisfy { try host.holds("\($0)") && host.holds("\($0)", in: "second") }
        }
        // News are noticed.
        let path = try host.makeReady("\(names[3])", host.octets(names[3]))
        try eventually("what becomes ready is stored") { try host.holds("\(names[3])") }
        let (service, file) = try agent.service(for: "pg_wal/\(names[3])", in: host.data, cluster: "main")
        try eventually("and known to be") { try service.isArchived(.segment(names[3]), at: file) }
        try push(path, by: agent)
    }

    @Test func whatIsAskedForNeedsNoMark() throws {
        try host.found()
        let name = host.segments(1)[0]
        let path = try host.makeReady("\(name)", host.octets(name))
        try FileSystem.remove("\(host.wal)/archive_status/\(name).ready")
        let agent = try agent(settings: ["lookahead": "0"])
        defer { end(agent) }
        try push(path, by: agent)
        #expect(try host.holds("\(name)"))
    }

    /// Nothing is acknowledged before every required repository has it, and a failure is the answer to who asks.
    @Test func aRequiredRepositoryThatIsGoneIsTold() throws {
        try host.found(["local", "second"])
        let names = host.segments(2)
        let path = try host.makeReady("\(names[0])", host.octets(names[0]))
        try FileSystem.rename(from: host.root("second"), to: host.root("away"))
        let agent = try agent(["local", "second"])
        defer { end(agent) }
        let error = #expect(throws: OperationError.self) { try push(path, by: agent) }
        #expect(error?.code == .configuration)
        try FileSystem.rename(from: host.root("away"), to: host.root("second"))
        try push(path, by: agent)
        #expect(try host.holds("\(names[0])", in: "second"))
    }

    @Test func otherContentIsRefusedAndNothingElseHarmed() throws {
        try host.found()
        let names = host.segments(3)
        for name in names { try host.makeReady("\(name)", host.octets(name)) }
        let agent = try agent()
        defer { end(agent) }
        for name in names { try push("\(host.wal)/\(name)", by: agent) }
        let path = try host.makeReady("\(names[1])", host.octets(names[1], seed: 9))
        let error = #expect(throws: OperationError.self) { try push(path, by: agent) }
        #expect(error?.code == .differentContent)
        try push("\(host.wal)/\(names[2])", by: agent)
    }

    /// A question for a file that is not there is answered, and is no trouble of the agent's.
    @Test func whatIsNotThereIsNoTrouble() throws {
        try host.found()
        let agent = try agent()
        defer { end(agent) }
        let error = #expect(throws: OperationError.self) {
            try push("\(host.wal)/\(host.segments(1)[0])", by: agent)
        }
        #expect(error?.code == .noSuchFile)
        #expect(agent.troubles == [])
    }

    /// Somebody touches the file again and again, as a copy by hard links does: it is archived all the same.
    @Test func aFileThatIsTouchedIsAnsweredFor() throws {
        try host.found()
        let names = host.segments(3)
        let agent = try agent(settings: ["lookahead": "0"])
        defer { end(agent) }
        for name in names {
            let path = try host.makeReady("\(name)", host.octets(name))
            try push(path, by: agent)
            let content = try FileSystem.readWhole(path, limit: 64 << 20)
            try host.directory.write("data/pg_wal/\(name)", content)
            try push(path, by: agent)
        }
        #expect(agent.troubles == [])
    }

    @Test func theNextAgentKnowsWhatTheLastOneStored() throws {
        try host.found()
        let names = host.segments(3)
        for name in names { try host.makeReady("\(name)", host.octets(name)) }
        let first = try agent()
        for name in names { try push("\(host.wal)/\(name)", by: first) }
        end(first)
        // With no repository there is nobody else to ask.
        try FileSystem.rename(from: host.root("local"), to: host.root("away"))
        let second = try agent()
        defer { end(second) }
        for name in names { try push("\(host.wal)/\(name)", by: second) }
    }

    @Test func anEndingAgentBeginsNothing() throws {
        try host.found()
        let name = host.segments(1)[0]
        let agent = try agent()
        end(agent)
        let path = try host.makeReady("\(name)", host.octets(name))
        #expect(agent.isEnding)
        #expect(throws: OperationError.self) { try push(path, by: agent) }
        #expect(try !host.holds("\(name)"))
    }

    @Test func strangersAreRefused() throws {
        try host.found()
        let agent = try agent()
        defer { end(agent) }
        let refusals = [("pg_wal/x", "other"), ("/etc/x", ""), ("global/pg_control", ""), ("nowhere/x", "")].map {
            path, cluster in
            #expect(throws: AgentRefusal.self) { try agent.service(for: path, in: host.data, cluster: cluster) }
        }
        #expect(refusals.allSatisfy { $0?.reason.isEmpty == false })
        #expect(throws: AgentRefusal.self) { try agent.requireConfiguration("/etc/other.toml") }
        #expect(throws: Never.self) { try agent.requireConfiguration("") }
    }

    @Test func theMemoryBoundFollowsTheBudget() throws {
        let (configuration, _) = try host.configuration()
        let sum = try Agent.explainMemory(configuration, environment: [:])
        #expect(sum.total <= configuration.agent.memoryBytes)
        #expect(sum.total > configuration.agent.memoryBytes / 2)
    }
}
