import Format
import Operations
import Platform
import Storage
import TestSupport
import Testing

@testable import Operations

@Suite struct FetchWALTests {
    private let host: Host
    private var target: String { "\(host.wal)/RECOVERYXLOG" }

    init() throws { host = try Host() }

    private final class Starts: Sendable {
        private let directories = Gate<[String]>([])
        func add(_ directory: String) { directories.withLock { $0.append(directory) } }
        var all: [String] { directories.withLock { $0 } }
    }

    private func fetch(
        _ name: String, _ caller: FetchCaller = .recovery, _ repositories: [String] = ["local"],
        settings: [String: String] = [:], starts: Starts = Starts()
    ) throws -> FetchWAL.Outcome {
        let (configuration, cluster) = try host.configuration(repositories, settings: settings)
        return try FetchWAL(configuration, cluster: cluster, environment: [:], caller: caller) { directory, _ in
            starts.add(directory)
        }.run(name, to: target)
    }

    private func archive(_ names: [SegmentName], in repositories: [String] = ["local"]) throws {
        try host.found(repositories)
        let (configuration, cluster) = try host.configuration(repositories)
        for name in names { try host.makeReady("\(name)", host.octets(name)) }
        for name in names {
            _ = try PushWAL(configuration, cluster: cluster, environment: [:]).run("\(host.wal)/\(name)")
            try FileSystem.remove("\(host.wal)/\(name)")
            try FileSystem.remove("\(host.wal)/archive_status/\(name).ready")
        }
    }

    private func prefetchDirectories() throws -> [String] {
        try FileSystem.list(host.data).filter { $0.hasPrefix("pgsql_tmp") }
    }

    @Test(arguments: [FetchCaller.recovery, .standby, .byHand])
    func bringsBackWhatWasArchived(caller: FetchCaller) throws {
        let names = host.segments(1)
        try archive(names)
        let starts = Starts()
        #expect(try fetch("\(names[0])", caller, starts: starts) == .restored)
        #expect(try host.directory.octets(of: "data/pg_wal/RECOVERYXLOG") == host.octets(names[0]))
        #expect(try host.directory.names(below: "data/pg_wal") == ["RECOVERYXLOG", "archive_status"])
        #expect(try FileSystem.status(of: target)?.permissions == 0o600)
        #expect(starts.all.count == (caller == .byHand ? 0 : 1))
        #expect(try prefetchDirectories().count == (caller == .byHand ? 0 : 1))
    }

    /// Nothing is made for what is missing, and nothing is left.
    @Test(arguments: [FetchCaller.recovery, .standby, .byHand])
    func missingLeavesNothing(caller: FetchCaller) throws {
        try host.found()
        for name in ["000000010000000000000009", "00000002.history", "000000010000000000000009.partial"] {
            #expect(try fetch(name, caller) == .missing)
        }
        #expect(try host.directory.names(below: "data/pg_wal") == ["archive_status"])
        #expect(try prefetchDirectories().isEmpty)
    }

    @Test func anAbsentRootIsTrouble() throws {
        try host.found()
        try FileSystem.removeTree(host.root("local"))
        let error = #expect(throws: OperationError.self) {
            try fetch("00000002.history", settings: ["fetch-deadline": "1s"])
        }
        #expect(error?.code == .configuration)
        #expect(try FileSystem.status(of: target) == nil)
    }

    @Test func withoutPrefetchNothingIsStartedOrLeft() throws {
        let names = host.segments(1)
        try archive(names)
        let starts = Starts()
        #expect(try fetch("\(names[0])", settings: ["prefetch": "0"], starts: starts) == .restored)
        #expect(starts.all.isEmpty)
        #expect(try prefetchDirectories().isEmpty)
    }

    @Test func historyIsRestoredAndLeavesNothing() throws {
        try host.found()
        let octets = Array("1\t0/5000000\tno recovery target specified\n".utf8)
        let path = try host.makeReady("00000002.history", octets)
        let (configuration, cluster) = try host.configuration()
        _ = try PushWAL(configuration, cluster: cluster, environment: [:]).run(path)
        #expect(try fetch("00000002.history") == .restored)
        #expect(try host.directory.octets(of: "data/pg_wal/RECOVERYXLOG") == octets)
        #expect(try prefetchDirectories().isEmpty)
    }

    /// The prefetcher's work is handed over without a repository, and one that begins anew is told where.
    @Test func aPrefetchedSegmentIsHandedOver() throws {
        let names = host.segments(2)
        try archive(names)
        let starts = Starts()
        #expect(try fetch("\(names[0])", starts: starts) == .restored)
        let prefetch = PrefetchDirectory(path: try #require(starts.all.first))
        #expect(prefetch.requested()?.name == names[0])
        let staged = "data/\(try prefetchDirectories()[0])/\(names[1])"
        try host.directory.write(staged, host.octets(names[1]))
        try FileSystem.rename(from: host.root("local"), to: host.root("gone"))
        #expect(try fetch("\(names[1])", starts: starts) == .restored)
        #expect(try host.directory.octets(of: "data/pg_wal/RECOVERYXLOG") == host.octets(names[1]))
        #expect(starts.all.count == 2)
        #expect(prefetch.requested()?.name == names[1])
        // One that is at work needs no second.
        let lock = try prefetch.lock()
        try FileSystem.rename(from: host.root("gone"), to: host.root("local"))
        #expect(try fetch("\(names[0])", starts: starts) == .restored)
        #expect(starts.all.count == 2)
        _ = consume lock
        // By hand nothing is taken from it.
        try host.directory.write(staged, Array("not WAL".utf8))
        #expect(try fetch("\(names[1])", .byHand) == .restored)
        #expect(try host.directory.octets(of: "data/pg_wal/RECOVERYXLOG") == host.octets(names[1]))
    }

    /// Cut short, emptied, or another segment: fetched again, and removed.
    @Test(arguments: 0..<3)
    func aWrongPrefetchedFileIsNotHandedOver(kind: Int) throws {
        let names = host.segments(2)
        try archive(names)
        #expect(try fetch("\(names[0])") == .restored)
        let right = host.octets(names[1])
        let wrong = [Array(right.dropLast()), Array(repeating: 0, count: right.count), host.octets(names[0])][kind]
        let staged = "data/\(try prefetchDirectories()[0])/\(names[1])"
        try host.directory.write(staged, wrong)
        #expect(try fetch("\(names[1])") == .restored)
        #expect(try host.directory.octets(of: "data/pg_wal/RECOVERYXLOG") == right)
        #expect(try host.directory.octets(of: staged) == nil)
    }

    @Test(arguments: ["nonsense", "", "../../etc/passwd"])
    func whatIsNoNameOfAWALFile(name: String) throws {
        let error = #expect(throws: OperationError.self) { try fetch(name) }
        #expect(error?.code == .wrongFile)
    }

    @Test func theSecondRepositoryServes() throws {
        let names = host.segments(1)
        try archive(names, in: ["local", "second"])
        try FileSystem.remove(host.object("\(names[0])"))
        #expect(try fetch("\(names[0])", .recovery, ["local", "second"]) == .restored)
        try FileSystem.removeTree(host.root("local"))
        #expect(try fetch("\(names[0])", .recovery, ["local", "second"]) == .restored)
    }

    /// The whole background half, as the process would run it.
    @Test func thePrefetcherServesARecovery() throws {
        let names = host.segments(4)
        try archive(names)
        try host.directory.write("data/recovery.signal", [])
        let starts = Starts()
        #expect(try fetch("\(names[0])", starts: starts) == .restored)
        let directory = try #require(starts.all.first)
        let (configuration, cluster) = try host.configuration()
        let fetch = FetchWAL(
            configuration, cluster: cluster, environment: [:], caller: .standby, startPrefetcher: { _, _ in })
        let target = target
        let process = try Thread.spawn(name: "prefetch") {
            try? PrefetchWAL(fetch, prefetch: 2).run(directory: directory, target: target)
        }
        let prefetch = try #require(PrefetchDirectory(besideWALDirectory: host.wal))
        #expect(prefetch.path == directory)
        for name in names.dropFirst() {
            #expect(eventually { prefetch.take(name, to: target) })
            #expect(try host.directory.octets(of: "data/pg_wal/RECOVERYXLOG") == host.octets(name))
        }
        try FileSystem.remove("\(host.data)/recovery.signal")
        process.join()
        #expect(try prefetchDirectories().isEmpty)
    }
}
