import Format
import Operations
import Platform
import Storage
import TestSupport
import Testing

@testable import Operations

@Suite struct PushWALTests {
    private let host: Host

    init() throws { host = try Host() }

    private func push(
        _ path: String, _ repositories: [String] = ["local"], bestEffort: Set<String> = [],
        settings: [String: String] = [:]
    ) throws -> [String] {
        let (configuration, cluster) = try host.configuration(
            repositories, bestEffort: bestEffort, settings: settings)
        return try PushWAL(configuration, cluster: cluster, environment: [:]).run(path)
    }

    @Test func oneCallArchivesWhatIsReady() throws {
        try host.found(["local", "second"])
        let names = host.segments(4)
        for name in names.dropLast() { try host.makeReady("\(name)", host.octets(name)) }
        try host.makeReady("00000002.history", Array("1\t0/5000000\tx\n".utf8))
        #expect(try push("\(host.wal)/\(names[0])", ["local", "second"]).isEmpty)
        for repository in ["local", "second"] {
            for name in names.dropLast() { #expect(try host.holds("\(name)", in: repository)) }
            #expect(try host.holds("00000002.history", in: repository))
        }
        // Durable and recorded: the following calls need no repository any more.
        try FileSystem.rename(from: host.root("local"), to: host.root("gone"))
        #expect(try push("\(host.wal)/\(names[1])", ["local", "second"]).isEmpty)
        // What was not there then does.
        try host.makeReady("\(names[3])", host.octets(names[3]))
        #expect(throws: OperationError.self) { try push("\(host.wal)/\(names[3])", ["local", "second"]) }
        // Another repository has been promised nothing.
        try FileSystem.rename(from: host.root("gone"), to: host.root("third"))
        #expect(throws: OperationError.self) { try push("\(host.wal)/\(names[1])", ["local"]) }
    }

    @Test func lookaheadCanBeSwitchedOff() throws {
        try host.found()
        let names = host.segments(2)
        for name in names { try host.makeReady("\(name)", host.octets(name)) }
        #expect(try push("\(host.wal)/\(names[0])", settings: ["lookahead": "0"]).isEmpty)
        #expect(try !host.holds("\(names[1])"))
    }

    @Test func aWaitingFileThatIsWrongHarmsNobody() throws {
        try host.found()
        let names = host.segments(2)
        try host.makeReady("\(names[0])", host.octets(names[0]))
        let path = try host.makeReady("\(names[1])", [1, 2, 3])
        #expect(try push("\(host.wal)/\(names[0])").isEmpty)
        let error = #expect(throws: OperationError.self) { try push(path) }
        #expect(error?.code == .wrongFile)
    }

    /// A ledger entry is for one state of one file.
    @Test func otherContentUnderARecordedNameIsRefused() throws {
        try host.found()
        let names = host.segments(2)
        for name in names { try host.makeReady("\(name)", host.octets(name)) }
        #expect(try push("\(host.wal)/\(names[0])").isEmpty)
        let path = try host.makeReady("\(names[1])", host.octets(names[1], seed: 9))
        let error = #expect(throws: OperationError.self) { try push(path) }
        #expect(error?.code == .differentContent)
        #expect(error?.cause.contains("repository \"local\"") == true)
    }

    /// A lost ledger costs a comparison.
    @Test func theLedgerMayBeLost() throws {
        try host.found()
        let names = host.segments(2)
        for name in names { try host.makeReady("\(name)", host.octets(name)) }
        #expect(try push("\(host.wal)/\(names[0])").isEmpty)
        try FileSystem.removeTree(host.state)
        for name in names { #expect(try push("\(host.wal)/\(name)").isEmpty) }
    }

    /// Set up anew, a repository of the same name and URL has nothing of what the old one was given.
    @Test func aRepositoryThatIsFoundedAnewIsGivenEverything() throws {
        try host.found()
        let names = host.segments(2)
        for name in names { try host.makeReady("\(name)", host.octets(name)) }
        #expect(try push("\(host.wal)/\(names[0])").isEmpty)
        try FileSystem.removeTree(host.root("local"))
        try host.found()
        #expect(try push("\(host.wal)/\(names[1])").isEmpty)
        #expect(try host.holds("\(names[1])"))
    }

    @Test func aRepositoryThatDoesNotKnowTheSystemTakesNothing() throws {
        try host.found(["local"])
        let name = host.segments(1)[0]
        let path = try host.makeReady("\(name)", host.octets(name))
        let error = #expect(throws: OperationError.self) { try push(path, ["local", "other"]) }
        #expect(error?.code == .configuration)
        #expect(try !host.holds("\(name)"))
        let warnings = try push(path, ["local", "other"], bestEffort: ["other"])
        #expect(warnings.count == 1)
        #expect(warnings.first?.hasPrefix("repository \"other\" is left out: ") == true)
        #expect(try host.holds("\(name)"))
        #expect(try !host.holds("\(name)", in: "other"))
    }

    /// A disk that is not mounted.
    @Test func aBestEffortRepositoryThatIsGoneIsAWarning() throws {
        try host.found(["local", "disk"])
        try FileSystem.removeTree(host.root("disk"))
        let names = host.segments(2)
        let path = try host.makeReady("\(names[0])", host.octets(names[0]))
        #expect(try push(path, ["local", "disk"], bestEffort: ["disk"]).count == 1)
        #expect(try host.holds("\(names[0])"))
        #expect(try backlog(of: "disk") == ["\(names[0])"])
        let error = #expect(throws: OperationError.self) { try push(path, ["local", "disk"]) }
        #expect(error?.cause.contains("repository \"disk\"") == true)
        #expect(try FileSystem.status(of: host.root("disk")) == nil, "an absent root is never made")
    }

    /// What a best-effort repository did not get is noted, also of the files that nobody has asked for yet.
    @Test func whatABestEffortRepositoryLacksIsNoted() throws {
        try host.found(["local", "disk"])
        let names = host.segments(3)
        for name in names { try host.makeReady("\(name)", host.octets(name)) }
        #expect(try push("\(host.wal)/\(names[0])", ["local", "disk"], bestEffort: ["disk"]).isEmpty)
        #expect(try backlog(of: "disk").isEmpty)
        // Known to hold the system, and gone.
        try FileSystem.rename(from: host.root("disk"), to: host.root("unmounted"))
        let more = host.segments(5)[3...]
        for name in more { try host.makeReady("\(name)", host.octets(name)) }
        #expect(try push("\(host.wal)/\(more[3])", ["local", "disk"], bestEffort: ["disk"]).count == 2)
        #expect(try Set(backlog(of: "disk")) == Set(more.map { "\($0)" }))
        // Other content will never be copied.
        try FileSystem.rename(from: host.root("unmounted"), to: host.root("disk"))
        let last = "00000002.history"
        for (octets, repositories) in [([1], ["disk"]), ([2, 3], ["local", "disk"])] as [([UInt8], [String])] {
            try FileSystem.removeTree(host.state + "/push-ledger")
            let path = try host.makeReady(last, octets)
            _ = try push(path, repositories, bestEffort: repositories.count > 1 ? ["disk"] : [])
        }
        #expect(try backlog(of: "disk").count == 2)
    }

    private func backlog(of repository: String) throws -> [String] {
        let (configuration, cluster) = try host.configuration(["local", repository], bestEffort: [repository])
        let file = BacklogFile(
            stateDirectory: cluster.stateDirectory, cluster: cluster.name, repository: configuration.repositories[1])
        #expect(file.load().coverage == .complete)
        return file.load().entries.map { "\($0.file.name)" }
    }

    @Test(arguments: ["nonsense", "000000010000000000000002.txt", ""])
    func whatIsNoNameOfAWALFile(name: String) throws {
        let error = #expect(throws: OperationError.self) { try push("\(host.wal)/\(name)") }
        #expect(error?.code == .wrongFile)
    }

    @Test func aFileThatIsNotThere() throws {
        let error = #expect(throws: OperationError.self) { try push("\(host.wal)/\(WAL.first)") }
        #expect(error?.code == .noSuchFile)
    }

    @Test func explainsItsMemory() throws {
        let (configuration, cluster) = try host.configuration()
        let push = PushWAL(configuration, cluster: cluster, environment: [:])
        let sum = try push.explainMemory()
        #expect(sum.total > 32 << 20)
        #expect(sum.total < 1 << 30)
        let fetch = FetchWAL(
            configuration, cluster: cluster, environment: [:], caller: .recovery, startPrefetcher: { _, _ in })
        #expect(try fetch.explainMemory().total < sum.total)
    }
}
