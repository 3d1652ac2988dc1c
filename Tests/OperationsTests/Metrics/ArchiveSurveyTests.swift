import Codec
import Format
import Platform
import Postgres
import Storage
import TestSupport
import Testing

@testable import Operations

@Suite struct ArchiveSurveyTests {
    private let fixture: VerifyFixture
    private let registry = MetricsRegistry()
    private let cluster = ClusterConfiguration(name: WAL.cluster, dataDirectory: nil)

    init() throws { fixture = try VerifyFixture() }

    private func survey(_ repositories: [Repository], backlog: @escaping ArchiveSurvey.Backlog = { _ in nil }) throws
        -> ArchiveFindings
    {
        ArchiveSurvey(
            cluster: cluster, repositories: repositories, signers: [Cast.host.signer],
            pipeline: try Cast.openPipeline([Cast.alice]), backlog: backlog
        ).run()
    }

    /// The series, without the prefix and what is different every time.
    private var lines: [String] {
        registry.text.split(separator: "\n").map(String.init).filter { !$0.hasPrefix("#") && !$0.contains("survey") }
            .map { $0.replacing("trunkline_", with: "").replacing("cluster=\"main\"", with: "…") }
    }

    @Test func everythingIsTold() throws {
        let findings = try survey([WAL.repository(fixture.store, "local")])
        #expect(findings.failures.isEmpty)
        findings.tell(registry)
        #expect(
            lines == [
                "repository_up{…,repository=\"local\"} 1",
                "wal_durable_lsn_bytes{…,repository=\"local\"} 6291456",
                "wal_missing_segments{…,repository=\"local\"} 0",
                "recovery_window_start_timestamp_seconds{…,repository=\"local\"} \(Self.stopped(fixture.one))",
                "backups{…,repository=\"local\"} 2",
                "backup_newest_timestamp_seconds{…,repository=\"local\"} \(Self.stopped(fixture.two))",
            ])
    }

    private static func stopped(_ backup: BackupSummary) -> Int64 {
        required(UnixTime(iso8601: backup.stopped)).seconds
    }

    @Test func aGapHoldsTheDurablePositionBack() throws {
        fixture.store.plant(nil, at: WAL.key(VerifyFixture.segments[2]))
        try survey([WAL.repository(fixture.store, "local")]).tell(registry)
        #expect(lines.contains("wal_durable_lsn_bytes{…,repository=\"local\"} 4194304"))
        #expect(lines.contains("wal_missing_segments{…,repository=\"local\"} 1"))
    }

    @Test func aRepositoryInTroubleIsDownAndLosesItsSeries() throws {
        let healthy = WAL.repository(fixture.store, "local")
        try survey([healthy, WAL.repository(fixture.store, "offsite")]).tell(registry)
        #expect(lines.filter { $0.contains("offsite") }.count == 6)
        let faulty = FaultyStore(fixture.store, .before, only: [.list], code: .denied) { $0 > 1 }
        let findings = try survey([WAL.repository(faulty, "offsite"), healthy])
        findings.tell(registry)
        #expect(lines.filter { $0.contains("offsite") } == ["repository_up{…,repository=\"offsite\"} 0"])
        #expect(lines.filter { $0.contains("local") }.count == 6)
        #expect(findings.failures.map(\.code) == [.denied])
    }

    /// A wrong prefix looks like an empty repository.
    @Test func aRepositoryWithoutTheClusterIsDown() throws {
        let findings = try survey([WAL.repository(MemoryStore(), "local")])
        findings.tell(registry)
        #expect(lines == ["repository_up{…,repository=\"local\"} 0"])
        #expect(findings.failures.map(\.code) == [.configuration])
    }

    @Test func aNewArchiveHasNoPositionYet() throws {
        let store = MemoryStore()
        store.plant(VerifyFixture.systemRecord, at: WAL.systemKey)
        try survey([WAL.repository(store, "local")]).tell(registry)
        #expect(lines == ["repository_up{…,repository=\"local\"} 1", "backups{…,repository=\"local\"} 0"])
    }

    @Test func doubtsAreNamed() throws {
        fixture.store.plant([1, 2, 3], at: RepositoryLayout.key(of: .summary, fixture.two.id, in: WAL.cluster))
        let findings = try survey([WAL.repository(fixture.store, "local")])
        findings.tell(registry)
        #expect(findings.places.flatMap(\.doubts).count == 1)
        #expect(lines.contains("backups{…,repository=\"local\"} 1"))
    }

    @Test func backlogs() throws {
        let since = UnixTime(seconds: Clock.now().seconds - 90)
        let findings = try survey([WAL.repository(fixture.store, "a"), WAL.repository(fixture.store, "b")]) { name in
            name == "b" ? BacklogState(fileCount: 3, oldest: since) : BacklogState(fileCount: 0, oldest: nil)
        }
        findings.tell(registry)
        #expect(lines.contains("backlog_segments{…,repository=\"a\"} 0"))
        #expect(lines.contains("backlog_age_seconds{…,repository=\"a\"} 0"))
        #expect(lines.contains("backlog_segments{…,repository=\"b\"} 3"))
        let age = lines.first { $0.hasPrefix("backlog_age_seconds{…,repository=\"b\"}") }?.split(separator: " ").last
        #expect((89...600).contains(age.flatMap { Double($0) } ?? 0))
    }

    /// Without an agent, from the files that pushes have left.
    @Test func backlogsOfFiles() throws {
        let host = try Host()
        try host.found(["local", "offsite"])
        let (configuration, cluster) = try host.configuration(["local", "offsite"], bestEffort: ["offsite"])
        let repositories = try Repositories.open(configuration.repositories, environment: [:])
        let survey = try ArchiveSurvey(configuration, cluster: cluster, repositories: repositories)
        survey.run().tell(registry)
        #expect(
            lines.filter { $0.contains("backlog") } == [
                "backlog_segments{…,repository=\"offsite\"} 0", "backlog_age_seconds{…,repository=\"offsite\"} 0",
            ])
        let file = BacklogFile(
            stateDirectory: cluster.stateDirectory, cluster: cluster.name, repository: configuration.repositories[1])
        let since = Clock.now().seconds - 60
        let names = WAL.segments(2).map { name in
            BacklogList.Entry(WALObjectName(system: WAL.system, name: .segment(name)), addedSeconds: since)
        }
        try file.add(names)
        survey.run().tell(registry)
        #expect(lines.contains("backlog_segments{…,repository=\"offsite\"} 2"))
    }

    /// An agent knows better what changes with every file.
    @Test func besideAnAgent() throws {
        registry.set(.backlogSegments, 5, "main", "local")
        registry.set(.walLag, 7, "main")
        let look = { try survey([WAL.repository(fixture.store, "local")]).tellBesideAgent(registry) }
        try look()
        #expect(lines.contains("wal_durable_lsn_bytes{…,repository=\"local\"} 6291456"))
        registry.set(.walDurableLSN, 9_000_000, "main", "local")
        try look()
        #expect(lines.contains("wal_durable_lsn_bytes{…,repository=\"local\"} 9000000"))
        #expect(lines.contains("wal_lag_seconds{…} 7"))
        #expect(lines.contains("backlog_segments{…,repository=\"local\"} 5"))
        fixture.store.plant(nil, at: WAL.key(VerifyFixture.segments[2]))
        try look()
        #expect(lines.contains("wal_durable_lsn_bytes{…,repository=\"local\"} 4194304"))
        #expect(lines.contains("backups{…,repository=\"local\"} 2"))
    }

    /// The times of a local repository are those of its files.
    @Test func aServerAndItsRepository() throws {
        let host = try Host()
        try host.found()
        let (configuration, cluster) = try host.configuration()
        let names = host.segments(3)
        let push = PushWAL(configuration, cluster: cluster, environment: [:])
        for name in names { try host.makeReady("\(name)", host.octets(name)) }
        _ = try push.run("\(host.wal)/\(names[0])")
        try FileSystem.remove("\(host.wal)/archive_status/\(names[0]).ready")
        let repositories = try Repositories.open(configuration.repositories, environment: [:])
        let findings = try ArchiveSurvey(configuration, cluster: cluster, repositories: repositories).run()
        #expect(findings.failures.isEmpty)
        findings.tell(registry)
        let bytes = 2 * host.control.segmentSize.byteCount
        #expect(lines.contains("wal_waiting_segments{…} 2"))
        #expect(lines.contains("wal_waiting_bytes{…} \(bytes)"))
        let state = try findings.places[0].state.get()
        let age = findings.time.seconds(since: try #require(state.durableTime))
        #expect((0...600).contains(age))
        // The push has stored what waited behind its file, too, unless the machine was too slow.
        #expect(try #require(state.durableLSN) >= required(names[1].firstLSN(size: host.control.segmentSize)).rawValue)
    }
}
