import Codec
import Format
import Platform
import Postgres
import Storage
import Stream
import TestSupport
import Testing

@testable import Operations

/// Whole restores of a made-up backup, into a directory of their own.
struct RestoreTests {
    private let host: Host
    private let store = MemoryStore("first")
    private let directory: TemporaryDirectory
    private let fixture: BackupFixture
    private var target: String { "\(directory.path)/data" }

    init() throws {
        host = try Host()
        directory = try TemporaryDirectory("restore")
        fixture = try Self.fixture(host, tablespace: "\(directory.path)/old")
        try fixture.store(in: store)
        let names = ["000000010000000000000020", "000000010000000000000021"]
        WAL.plant(names, in: store, system: host.system)
    }

    private static func fixture(_ host: Host, tablespace: String) throws -> BackupFixture {
        var random = SeededRandom(seed: 3, name: "restore")
        var fixture = BackupFixture()
        fixture.system = host.system
        fixture.startLSN = LSN(rawValue: 0x200_0028)
        fixture.stopLSN = LSN(rawValue: 0x200_0100)
        fixture.directories += ["pg_tblspc", "pg_tblspc/16400", "pg_tblspc/16400/PG_15_1", "pg_notify", "elsewhere"]
        fixture.links = [
            BackupLink(path: "pg_tblspc/16400", target: tablespace, isTablespace: true),
            BackupLink(path: "elsewhere", target: "/somewhere", isTablespace: false),
        ]
        fixture.tablespaceMap = Array("16400 \(tablespace)\n".utf8)
        let hole = random.octets(200_000) + [UInt8](repeating: 0, count: 500_000) + random.octets(70_001)
        fixture.files = [
            .init(path: "PG_VERSION", octets: Array("15\n".utf8)),
            .init(path: "base/1", octets: random.octets(900_000)), .init(path: "base/2", octets: hole),
            .init(path: "base/3", octets: []), .init(path: "base/4", octets: [UInt8](repeating: 0, count: 8192)),
            .init(path: "base/5", octets: random.octets(3), mode: 0o640, hasHashes: false),
            .init(path: "elsewhere/file", octets: [1, 2, 3]),
            .init(
                path: "global/pg_control",
                octets: try #require(try host.directory.octets(of: "data/global/pg_control"))),
            .init(path: "pg_tblspc/16400/PG_15_1/9", octets: random.octets(150_000)),
            .init(path: "postgresql.auto.conf", octets: Array("shared_buffers = '1GB'\nrestore_command = 'x'\n".utf8)),
        ]
        return fixture
    }

    private func restore(
        _ stores: [any Store]? = nil, _ change: (inout RestoreRequest) -> Void = { _ in }
    ) throws -> RestoreReport {
        let (configuration, cluster) = try host.configuration()
        var request = RestoreRequest(directory: target, isForced: true, restoreCommand: "fetch %f %p")
        request.tablespaces = [(old: "16400", new: "\(directory.path)/new")]
        request.jobs = 2
        change(&request)
        let restore = Restore(
            configuration, cluster: cluster, environment: [:], request: request, progress: NoProgress())
        let repositories = (stores ?? [store]).enumerated().map { WAL.repository($0.element, "r\($0.offset)") }
        return try restore.run(restore.plan(repositories))
    }

    private func expectComplete(line: Int = #line) throws {
        for file in fixture.files where file.path != "postgresql.auto.conf" {
            let place =
                file.path.hasPrefix("pg_tblspc/16400/")
                ? "new/" + file.path.dropFirst("pg_tblspc/16400/".count) : "data/\(file.path)"
            let found = try directory.octets(of: place)
            #expect(found == file.octets, "line \(line): \(file.path)")
            let mode = file.path == "global/pg_control" ? 0o600 : file.mode
            #expect(try FileSystem.status(of: "\(directory.path)/\(place)")?.permissions == mode, "\(file.path)")
        }
        #expect(try directory.octets(of: "data/\(RestorePlace.marker)") == nil)
        #expect(try directory.octets(of: "data/recovery.signal") == [])
        #expect(try directory.octets(of: "data/backup_label") == fixture.label)
    }

    private func hasControl() throws -> Bool { try directory.octets(of: "data/global/pg_control") != nil }

    @Test func everythingIsPutBack() throws {
        let report = try restore()
        try expectComplete()
        #expect(report.plan.fileCount == 10)
        let text = String(decoding: try #require(try directory.octets(of: "data/postgresql.auto.conf")), as: UTF8.self)
        #expect(text.hasPrefix("shared_buffers = '1GB'\n# Written by trunkline restore: backup \(fixture.id)"))
        #expect(text.contains("\nrestore_command = 'fetch %f %p'\nrecovery_target_timeline = 'latest'\n"))
        #expect(try directory.octets(of: "data/tablespace_map") == Array("16400 \(directory.path)/new\n".utf8))
        #expect(try FileSystem.linkTarget(of: "\(target)/pg_tblspc/16400") == "\(directory.path)/new")
        #expect(try FileSystem.status(of: target)?.permissions == 0o700)
        #expect(try FileSystem.status(of: "\(target)/pg_notify")?.kind == .directory)
        let names = try directory.names(below: "data")
        #expect(!names.contains { $0.contains("trunkline") || $0.contains(".tmp.") })
        let manifest = String(decoding: try #require(try directory.octets(of: "data/backup_manifest")), as: UTF8.self)
        #expect(
            manifest.contains("{ \"Path\": \"base/3\", \"Size\": 0, \"Last-Modified\": \"2026-11-25 14:30:00 GMT\""))
        #expect(manifest.contains("\"Path\": \"backup_label\""))
    }

    @Test func onlyWhatDiffersIsWrittenAgain() throws {
        _ = try restore()
        let untouched = try #require(try FileSystem.status(of: "\(target)/base/2"))
        let file = try Descriptor.open("\(target)/base/1", .write)
        try [UInt8](repeating: 9, count: 10).withRawSpan { (bytes) throws(PlatformError) in
            try file.write(bytes, at: 140_000)
        }
        try file.setSize(800_000)
        let zeros = try Descriptor.open("\(target)/base/4", .write)
        try [UInt8](repeating: 9, count: 10).withRawSpan { (bytes) throws(PlatformError) in
            try zeros.write(bytes, at: 4000)
        }
        try directory.write("data/base/stray", [1])
        try directory.write("data/pg_wal/00000001000000000000FFFF", [1])
        try directory.write("new/PG_15_1/stray", [1])
        try directory.write("new/PG_14_1/mine", [1])
        #expect(throws: OperationError.self) { try restore() }
        let report = try restore { $0.isDelta = true }
        try expectComplete()
        #expect(report.plan.wholeFileCount == 5)
        #expect(report.plan.contentByteCount < 450_000)
        #expect(try FileSystem.status(of: "\(target)/base/2") == untouched)
        for gone in ["data/base/stray", "data/pg_wal/00000001000000000000FFFF", "new/PG_15_1/stray"] {
            #expect(try directory.octets(of: gone) == nil, "\(gone)")
        }
        #expect(try directory.octets(of: "new/PG_14_1/mine") == [1])
    }

    @Test func aDirectoryThatHoldsSomethingIsRefused() throws {
        try directory.write("data/file", [1])
        let filled = #expect(throws: OperationError.self) { try restore() }
        #expect(filled?.code == .exists)
        // Not a cluster: its files would be removed.
        let foreign = #expect(throws: OperationError.self) { try restore { $0.isDelta = true } }
        #expect(foreign?.code == .wrongFile)
        try directory.write("data/PG_VERSION", Array("15\n".utf8))
        try directory.write("data/postmaster.pid", Array("\(Process.pid)\n".utf8))
        let running = #expect(throws: OperationError.self) { try restore { $0.isDelta = true } }
        #expect(running?.code == .serverRunning)
        #expect(try directory.octets(of: "data/file") == [1])
        _ = try FileSystem.remove("\(target)/postmaster.pid")
        try directory.write("new/file", [1])
        let tablespace = #expect(throws: OperationError.self) { try restore { $0.isDelta = true } }
        #expect(tablespace?.code == .exists)
    }

    @Test func aPackThatIsDamagedInOnePlaceComesFromTheNext() throws {
        let second = MemoryStore("second")
        let page = try store.list(prefix: "", after: nil, until: .never)
        for object in page.objects { second.plant(store.octets(of: object.key), at: object.key) }
        let key = RepositoryLayout.key(of: required(PackID(backup: fixture.id, ordinal: 1)), in: WAL.cluster)
        var pack = try #require(store.octets(of: key))
        pack[pack.count / 2] ^= 1
        store.plant(pack, at: key)
        let failure = #expect(throws: OperationError.self) { try restore() }
        #expect(failure?.code == .damaged)
        #expect(try !hasControl())
        _ = try restore([store, second]) { $0.isDelta = true }
        try expectComplete()
        store.plant(nil, at: key)
        _ = try FileSystem.removeTree(target)
        _ = try FileSystem.removeTree("\(directory.path)/new")
        _ = try restore([store, second])
        try expectComplete()
    }

    @Test func aFailedReadNeverLeavesAClusterAndIsGoneOnFrom() throws {
        var number = 1
        while true {
            let fault = number
            let faulty = FaultyStore(store, .before) { $0 == fault }
            let result = Result { try restore([faulty]) { $0.isDelta = fault > 1 } }
            guard case .failure = result else { break }
            #expect(try !hasControl(), "call \(fault)")
            number += 1
        }
        #expect(number > 5)
        try expectComplete()
    }

    @Test(arguments: [Errno.inputOutput, .noSpace]) func aRefusedCallNeverLeavesAClusterThatIsNotComplete(
        _ errno: Errno
    ) throws {
        var number = 1
        var failures = 0
        while true {
            _ = try FileSystem.removeTree(target)
            _ = try FileSystem.removeTree("\(directory.path)/new")
            let outcome = SyscallFaults.failing(nth: number, errno: errno) { Result { try restore() } }
            let isDone = if case .success(.success) = outcome.result { true } else { false }
            if try hasControl() { try expectFilesPresent(number) }
            if !isDone { failures += 1 }
            guard outcome.reached else { break }
            // Every call at the beginning, then some: there are a thousand.
            number += number < 60 ? 1 : 7
        }
        #expect(failures > 20)
        _ = try restore { $0.isDelta = true }
        try expectComplete()
    }

    /// The control file is the last: where it is, everything else is.
    private func expectFilesPresent(_ number: Int) throws {
        try expectComplete(line: number)
    }
}
