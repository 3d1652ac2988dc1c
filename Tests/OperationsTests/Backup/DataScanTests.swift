import Format
import Operations
import Platform
import Postgres
import TestSupport
import Testing

@testable import Operations

@Suite struct DataScanTests {
    private let directory: TemporaryDirectory
    private var root: String { "\(directory.path)/data" }

    init() throws {
        directory = try TemporaryDirectory("scan")
        try directory.write("data/global/pg_control", [1])
    }

    private func scan() throws -> DataScan {
        try DataScan(root, exclusions: BackupExclusions(tablespaceVersion: "PG_15_202209061"))
    }

    private func link(_ path: String, to target: String) throws {
        let full = "\(root)/\(path)"
        if let parent = FileSystem.parent(of: full) {
            try FileSystem.createDirectory(parent, permissions: 0o700, parents: true)
        }
        try run("/bin/ln", "-s", target, full)
    }

    private func run(_ program: String, _ arguments: String...) throws {
        let child = try Child(program, [program] + arguments)
        try #require(try child.wait() == .exited(code: 0))
    }

    private func text(_ scan: DataScan) -> [String] {
        scan.directories.map { "d \($0.path)" }
            + scan.links.map { "l \($0.path)\($0.isTablespace ? " tablespace" : "")" }
            + scan.files.map { "f \($0.path) \($0.size)" } + scan.control.map { ["c \($0.path)"] }!
            + scan.warnings.map { "! \($0)" }
    }

    @Test func everythingThatBelongsIntoABackup() throws {
        for name in [
            "PG_VERSION", "postgresql.conf", "postgresql.auto.conf", "base/1/1", "base/1/1_fsm", "base/1/1.1",
            "base/5/99",
            "pg_xact/0000", "pg_hba.conf",
        ] { try directory.write("data/\(name)", [1, 2, 3]) }
        #expect(
            text(try scan()) == [
                "d base", "d base/1", "d base/5", "d global", "d pg_xact", "f PG_VERSION 3", "f base/1/1 3",
                "f base/1/1.1 3", "f base/1/1_fsm 3", "f base/5/99 3", "f pg_hba.conf 3", "f pg_xact/0000 3",
                "f postgresql.auto.conf 3", "f postgresql.conf 3", "c global/pg_control",
            ])
    }

    @Test func whatAServerMakesByItselfIsLeftOut() throws {
        for name in [
            "postmaster.pid", "postmaster.opts", "backup_label", "tablespace_map", "standby.signal", "recovery.signal",
            "pg_wal/000000010000000000000001", "pg_wal/archive_status/x.done", "pg_stat_tmp/global.stat",
            "pg_replslot/one/state", "pg_notify/0000", "base/pgsql_tmp/pgsql_tmp1.0", "base/1/pg_internal.init",
            "base/1/t3_77",
            // Unlogged: the init fork alone is copied.
            "base/1/50", "base/1/50_fsm", "base/1/50_init", "base/1/51",
        ] { try directory.write("data/\(name)", [1]) }
        #expect(
            text(try scan()) == [
                "d base", "d base/1", "d global", "d pg_notify", "d pg_replslot", "d pg_stat_tmp", "d pg_wal",
                "f base/1/50_init 1", "f base/1/51 1", "c global/pg_control",
            ])
    }

    @Test func linksAreListedWithWhatIsBehindThem() throws {
        try directory.write("space/PG_15_202209061/5/16400", [1, 2])
        try directory.write("space/PG_13_202007201/5/1", [1])
        try directory.write("space/stray", [1])
        try directory.write("elsewhere/log", [1])
        try directory.write("conf", [1, 2, 3, 4])
        try FileSystem.createDirectory("\(directory.path)/wal")
        try link("pg_tblspc/16399", to: "\(directory.path)/space")
        try link("logs", to: "../elsewhere")
        try link("postgresql.conf", to: "\(directory.path)/conf")
        try link("pg_wal", to: "\(directory.path)/wal")
        try link("dangling", to: "nowhere")
        try link("device", to: "/dev/null")
        let scan = try scan()
        #expect(
            text(scan) == [
                "d global", "d logs", "d pg_tblspc", "d pg_tblspc/16399", "d pg_tblspc/16399/PG_15_202209061",
                "d pg_tblspc/16399/PG_15_202209061/5", "d pg_wal", "l device", "l logs",
                "l pg_tblspc/16399 tablespace", "l pg_wal", "l postgresql.conf", "f logs/log 1",
                "f pg_tblspc/16399/PG_15_202209061/5/16400 2", "f postgresql.conf 4", "c global/pg_control",
                "! \"dangling\" is left out: it is a link to nothing",
            ])
        #expect(scan.links.first { $0.path == "logs" }?.target == "../elsewhere")
    }

    @Test func aLoopOfLinksIsRefused() throws {
        try link("loop", to: ".")
        let error = #expect(throws: OperationError.self) { try scan() }
        #expect(error?.operation == "look through the data directory at")
    }

    @Test func namesThatAreNoTextAreLeftOutAndTold() throws {
        try run("/bin/sh", "-c", "touch \"$(printf '%s/base\\377' '\(root)')\"")
        let scan = try scan()
        #expect(scan.files.isEmpty)
        #expect(scan.warnings.count == 1 && scan.warnings[0].hasSuffix("is left out: its name is not UTF-8"))
    }

    @Test func withoutAControlFileItIsNoCluster() throws {
        try FileSystem.remove("\(root)/global/pg_control")
        let error = #expect(throws: OperationError.self) { try scan() }
        #expect(error?.code == .wrongFile)
    }

    @Test func aDirectoryThatIsNotThere() throws {
        #expect(throws: OperationError.self) {
            try DataScan("\(root)/no", exclusions: BackupExclusions(tablespaceVersion: "PG_15_202209061"))
        }
    }

    /// A server drops and makes files all the time: whatever the scan meets, it ends, and what stays is found.
    @Test func namesMayVanishAtAnyMoment() throws {
        try directory.write("data/base/1/1", [1])
        let stop = Gate(false)
        let (root, directory) = (root, directory)
        let results = try inParallel(2) { number in
            if number == 0 {
                for _ in 0..<150 { #expect(try scan().files.contains { $0.path == "base/1/1" }) }
                stop.withLock { $0 = true }
                return
            }
            var round = 0
            while !stop.withLock({ $0 }) {
                round += 1
                for name in 0..<10 { try directory.write("data/base/\(round % 3 + 2)/\(name)", [1]) }
                _ = try FileSystem.removeTree("\(root)/base/\(round % 3 + 2)")
            }
        }
        for result in results { try result.get() }
    }

    /// Errors that are not about a vanished name end the scan; with those that are it goes on.
    @Test func anyCallMayFail() throws {
        try directory.write("data/base/1/1", [1])
        try directory.write("space/PG_15_202209061/5/16400", [1])
        try link("pg_tblspc/16399", to: "\(directory.path)/space")
        for errno in [Errno.inputOutput, .noSuchFile] {
            var nth = 1
            while true {
                let (result, reached) = SyscallFaults.failing(nth: nth, errno: errno) {
                    () throws(OperationError) in
                    try DataScan(root, exclusions: BackupExclusions(tablespaceVersion: "PG_15_202209061"))
                }
                guard reached else { break }
                nth += 1
                guard case .failure(let error) = result else { continue }
                // Of the root and the control file nobody says that they were dropped.
                let isExpected = errno == .inputOutput || error.object == root || error.object.contains("global")
                #expect(isExpected, "call \(nth - 1): \(error)")
            }
            #expect(nth > 10)
        }
    }
}
