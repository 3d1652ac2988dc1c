import Format
import Operations
import Platform
import Postgres
import Storage
import TestSupport
import Testing

@testable import Operations

@Suite struct FetchServiceTests {
    private let host: Host
    /// What the service takes for the time in its patience with standbys.
    private let seconds = Gate(1000.0)

    init() throws { host = try Host() }

    /// A server that recovers from the host's archive: the same system, another data directory.
    private struct Server {
        let data: String
        var target: String { "\(data)/pg_wal/RECOVERYXLOG" }
        var history: String { "\(data)/pg_wal/RECOVERYHISTORY" }

        func restored() throws -> [UInt8]? {
            guard try FileSystem.status(of: target) != nil else { return nil }
            return try FileSystem.readWhole(target, limit: 32 << 20)
        }

        func signal(_ name: String?) throws {
            for old in ["recovery.signal", "standby.signal"] { try FileSystem.remove("\(data)/\(old)") }
            if let name { _ = try Descriptor.open("\(data)/\(name)", .truncate) }
        }

        func leftovers() throws -> [String] { try FileSystem.list(data).filter { $0.hasPrefix("pgsql_tmp") } }
    }

    private func server(_ name: String = "standby", signal: String?) throws -> Server {
        let control = try required(host.directory.octets(of: "data/global/pg_control"))
        try host.directory.write("\(name)/global/pg_control", control)
        try FileSystem.createDirectory("\(host.directory.path)/\(name)/pg_wal", permissions: 0o700)
        let server = Server(data: "\(host.directory.path)/\(name)")
        try server.signal(signal)
        return server
    }

    private func archive(_ names: [SegmentName]) throws {
        let (configuration, cluster) = try host.configuration()
        for name in names { try host.makeReady("\(name)", host.octets(name)) }
        for name in names {
            _ = try PushWAL(configuration, cluster: cluster, environment: [:]).run("\(host.wal)/\(name)")
            try FileSystem.remove("\(host.wal)/archive_status/\(name).ready")
        }
    }

    /// - Parameter beforeCall: runs before each call of the store.
    private func service(
        settings: [String: String] = [:], beforeCall: @escaping @Sendable () throws(StoreError) -> Void = {}
    ) throws -> FetchService {
        let (configuration, _) = try host.configuration(settings: settings)
        let repositories = try Repositories.open(configuration.repositories, environment: [:]).map { repository in
            let store = InFlightStore(repository.store) { (_) throws(StoreError) in try beforeCall() }
            return WAL.repository(store, repository.name)
        }
        return FetchService(configuration, repositories: repositories) { [seconds] in seconds.withLock { $0 } }
    }

    /// As long as a standby sleeps between its questions.
    private func sleepAsStandby() { seconds.withLock { $0 += 5 } }

    /// Asks as a standby that is kept waiting; `event` happens meanwhile. Time stands still for the service, which
    /// would keep it for ever; at the end of all patience an hour passes.
    private func keptWaiting(
        for name: SegmentName, _ service: FetchService, _ server: Server,
        until event: @escaping @Sendable (_ isGone: Gate<Bool>) throws -> Void
    ) throws -> FetchWAL.Outcome {
        let looks = Gate(0)
        let isGone = Gate(false)
        let hasEnded = Gate(false)
        let other = try Thread.spawn(name: "event") { [seconds] in
            #expect(eventually { looks.withLock { $0 } > 3 }, "it is kept waiting")
            #expect(throws: Never.self) { try event(isGone) }
            #expect(eventually { hasEnded.withLock { $0 } }, "not kept any longer")
            seconds.withLock { $0 += 3600 }
        }
        let result = Result {
            try service.fetch("\(name)", to: server.target, of: nil, caller: .standby) {
                looks.withLock { $0 += 1 }
                return isGone.withLock { $0 }
            }
        }
        hasEnded.withLock { $0 = true }
        other.join()
        return try result.get()
    }

    private func stop(_ service: FetchService) { #expect(service.stop(until: .after(seconds: 30))) }

    private func fetch(
        _ name: SegmentName, _ service: FetchService, for server: Server, _ caller: FetchCaller = .recovery
    ) throws -> FetchWAL.Outcome {
        try service.fetch("\(name)", to: server.target, of: nil, caller: caller)
    }

    private func expectFetched(
        _ name: SegmentName, _ service: FetchService, for server: Server, _ caller: FetchCaller = .recovery
    ) throws {
        #expect(try fetch(name, service, for: server, caller) == .restored, "\(name)")
        #expect(try server.restored() == host.octets(name))
    }

    @Test func servesARecoveryToItsEnd() throws {
        try host.found()
        let names = host.segments(8)
        try archive(names)
        let (service, server) = (try service(), try server(signal: "recovery.signal"))
        #expect(try service.fetch("00000002.history", to: server.history, of: nil, caller: .recovery) == .missing)
        for name in names { try expectFetched(name, service, for: server) }
        let next = try #require(names.last?.next(size: host.control.segmentSize))
        #expect(try fetch(next, service, for: server) == .missing)
        #expect(try !server.leftovers().isEmpty)
        try server.signal(nil)
        #expect(try eventually { try server.leftovers().isEmpty }, "it ends with the recovery")
        #expect(try FileSystem.list("\(server.data)/pg_wal") == ["RECOVERYXLOG"])
        stop(service)
    }

    /// Every call of the store takes 50 ms and more: several are under way at once, for segments that nobody has asked
    /// for yet.
    @Test func aRecoveryDoesNotWaitForASlowStore() throws {
        try host.found()
        let names = host.segments(24)
        try archive(names)
        let calls = Gate((now: 0, most: 0))
        let service = try service(settings: ["prefetch": "16"]) {
            calls.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
            Clock.sleep(seconds: 0.05)
            calls.withLock { $0.now -= 1 }
        }
        let server = try server(signal: "recovery.signal")
        for name in names { try expectFetched(name, service, for: server) }
        stop(service)
        #expect(calls.withLock { $0.most } > 2)
    }

    @Test func severalServersAtOnce() throws {
        try host.found()
        let names = host.segments(6)
        try archive(names)
        let service = try service()
        let servers = try (0..<3).map { try server("server\($0)", signal: "recovery.signal") }
        let results = try inParallel(servers.count) { number in
            for name in names { try self.expectFetched(name, service, for: servers[number]) }
        }
        for result in results { try result.get() }
        stop(service)
        for server in servers { #expect(try server.leftovers().isEmpty, "ended, also in the middle of recovery") }
    }

    @Test func byHandNothingIsFetchedAhead() throws {
        try host.found()
        let names = host.segments(2)
        try archive(names)
        let (service, server) = (try service(), try server(signal: nil))
        try expectFetched(names[0], service, for: server, .byHand)
        #expect(try server.leftovers().isEmpty)
        stop(service)
    }

    /// A call of the command beside it finds what waits, and the other way round.
    @Test func aDirectFetchBesideItIsSafe() throws {
        try host.found()
        let names = host.segments(6)
        try archive(names)
        let (service, server) = (try service(), try server(signal: "recovery.signal"))
        let (configuration, cluster) = try host.configuration()
        let direct = FetchWAL(configuration, cluster: cluster, environment: [:], caller: .recovery) { _, _ in
            Issue.record("somebody is at work already")
        }
        try expectFetched(names[0], service, for: server)
        for (index, name) in names.enumerated().dropFirst() {
            if index % 2 == 0 {
                try expectFetched(name, service, for: server)
            } else {
                #expect(try direct.run("\(name)", to: server.target) == .restored)
                #expect(try server.restored() == host.octets(name))
            }
        }
        stop(service)
        #expect(try server.leftovers().isEmpty)
    }

    @Test func whatHasGoneWrongIsSaid() throws {
        try host.found()
        let (service, server) = (
            try service(settings: ["fetch-deadline": "1s"]), try server(signal: "recovery.signal")
        )
        let error = #expect(throws: OperationError.self) {
            try service.fetch("nonsense", to: server.target, of: nil, caller: .recovery)
        }
        #expect(error?.code == .wrongFile)
        // A target below no data directory says nothing about the working directory of this process.
        let elsewhere = #expect(throws: OperationError.self) {
            try service.fetch("\(WAL.first)", to: "\(host.directory.path)/x/y", of: nil, caller: .byHand)
        }
        #expect(elsewhere?.code == .wrongFile)
        try FileSystem.removeTree(host.root("local"))
        #expect(throws: OperationError.self) { try fetch(WAL.first, service, for: server) }
        #expect(throws: OperationError.self) { try fetch(WAL.first, service, for: server, .standby) }
        stop(service)
    }

    @Test func aStandbyGetsWhatComesWhileItAsks() throws {
        try host.found()
        let names = host.segments(4)
        try archive(Array(names[..<2]))
        let (service, server) = (try service(), try server(signal: "standby.signal"))
        for name in names[..<2] { try expectFetched(name, service, for: server, .standby) }
        #expect(try fetch(names[2], service, for: server, .standby) == .missing)
        // Fetched ahead, although nobody asks.
        try archive([names[2]])
        let prefetch = try #require(PrefetchDirectory(besideWALDirectory: "\(server.data)/pg_wal"))
        #expect(try eventually { try prefetch.segments().contains(names[2]) })
        try expectFetched(names[2], service, for: server, .standby)
        // And given to one that sleeps between its questions as soon as it is there.
        #expect(try fetch(names[3], service, for: server, .standby) == .missing)
        sleepAsStandby()
        #expect(try keptWaiting(for: names[3], service, server) { _ in try archive([names[3]]) } == .restored)
        #expect(try server.restored() == host.octets(names[3]))
        stop(service)
    }

    @Test(arguments: ["promote", "gone", "stop"])
    func aStandbyIsNotKeptFromOtherThings(event: String) throws {
        try host.found()
        let name = host.segments(1)[0]
        let (service, server) = (try service(), try server(signal: "standby.signal"))
        #expect(try fetch(name, service, for: server, .standby) == .missing)
        sleepAsStandby()
        let outcome = try keptWaiting(for: name, service, server) { isGone in
            switch event {
            case "promote": _ = try Descriptor.open("\(server.data)/promote", .truncate)
            case "gone": isGone.withLock { $0 = true }
            default: _ = service.stop(until: .after(seconds: 0))
            }
        }
        #expect(outcome == .missing)
        stop(service)
    }

    /// "Missing" is remembered for segments that a standby asks for, and for nothing else.
    @Test func missingIsCheapForAStandbyAndAskedForEachTimeOtherwise() throws {
        try host.found()
        let calls = Gate(0)
        let service = try service(settings: ["prefetch": "0"]) { calls.withLock { $0 += 1 } }
        let server = try server(signal: "standby.signal")
        func cost(_ name: String, _ caller: FetchCaller) throws -> Int {
            let before = calls.withLock { $0 }
            #expect(try service.fetch(name, to: server.target, of: nil, caller: caller) == .missing)
            return calls.withLock { $0 } - before
        }
        for caller in [FetchCaller.recovery, .standby, .byHand] {
            for _ in 0..<3 {
                #expect(try cost("00000002.history", caller) >= 2, "the file, and whether the place is right")
                if caller != .standby { #expect(try cost("\(WAL.first)", caller) >= 2) }
            }
        }
        #expect(try cost("\(WAL.first)", .standby) <= 1)
        // What comes is found.
        try host.found()
        let octets = Array("1\t0/5000000\tno recovery target specified\n".utf8)
        let (configuration, cluster) = try host.configuration()
        _ = try PushWAL(configuration, cluster: cluster, environment: [:]).run(
            host.makeReady("00000002.history", octets))
        #expect(try service.fetch("00000002.history", to: server.history, of: nil, caller: .standby) == .restored)
        stop(service)
    }

    /// Whoever asked may wait for minutes for a store that is away, unless somebody says that it is enough.
    @Test(arguments: [true, false])
    func whatIsAskedForInVainEnds(isStopped: Bool) throws {
        try host.found()
        let calls = Gate(0)
        let service = try service(settings: ["prefetch": "0"]) { () throws(StoreError) in
            calls.withLock { $0 += 1 }
            throw StoreError(.unreachable, operation: "read", object: "", cause: "away")
        }
        let server = try server(signal: "recovery.signal")
        let isGone = Gate(false)
        let asking = try Thread.spawn(name: "asking") {
            let outcome = try? service.fetch(
                "\(WAL.first)", to: server.target, of: nil, caller: .recovery, isAbandoned: { isGone.withLock { $0 } })
            #expect(outcome == nil)
        }
        #expect(eventually { calls.withLock { $0 } > 0 })
        if isStopped { stop(service) } else { isGone.withLock { $0 = true } }
        asking.join()
        stop(service)
        #expect(try server.restored() == nil)
    }

    /// The server was killed while it waited, came back, and asks for another file at the same path.
    @Test func aLateAnswerDoesNotReplaceANewOne() throws {
        try host.found()
        let names = host.segments(2)
        try archive(names)
        let isHeld = Gate(true)
        let reads = Gate(0)
        let service = try service(settings: ["prefetch": "0"]) {
            let isFirst = reads.withLock { reads in
                reads += 1
                return reads == 1
            }
            if isFirst { isHeld.wait(until: .after(seconds: 60)) { $0 ? nil : () } }
        }
        let server = try server(signal: "recovery.signal")
        let late = try Thread.spawn(name: "late") {
            _ = try? service.fetch("\(names[1])", to: server.target, of: nil, caller: .standby)
        }
        #expect(eventually { reads.withLock { $0 } == 1 })
        try expectFetched(names[0], service, for: server)
        isHeld.withLock { $0 = false }
        isHeld.signalAll()
        late.join()
        #expect(try server.restored() == host.octets(names[0]))
        stop(service)
    }
}
