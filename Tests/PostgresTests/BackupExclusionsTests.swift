import Postgres
import Testing

@Suite struct BackupExclusionsTests {
    private static let exclusions = BackupExclusions(
        tablespaceVersion: BackupExclusions.tablespaceVersion(major: 15, catalogVersion: 202_209_061))

    /// What is left out of a directory, and what is kept as an empty directory.
    private static func outcome(_ directory: String, _ names: [String]) -> (skipped: [String], emptied: [String]) {
        let listing = exclusions.listing(of: directory, names)
        return (names.filter { listing.verdict($0) == .skip }, names.filter { listing.verdict($0) == .keepEmpty })
    }

    @Test func sortsTheDataDirectory() {
        let copied = [
            "PG_VERSION", "backup_label.old", "base", "current_logfiles", "global", "log", "pg_commit_ts",
            "pg_hba.conf",
            "pg_logical", "pg_multixact", "pg_stat", "pg_tblspc", "pg_twophase", "pg_xact", "postgresql.auto.conf",
            "postgresql.conf", "recovery.done", "somebodys.file", "t3_16384", "16384",
        ]
        let skipped = [
            "backup_label", "backup_manifest", "current_logfiles.tmp", "pgsql_tmp_trunkline_123", "pg_internal.init",
            "pg_internal.init.42", "postgresql.auto.conf.tmp", "postmaster.opts", "postmaster.pid", "recovery.signal",
            "standby.signal", "tablespace_map",
        ]
        let emptied = [
            "pg_dynshmem", "pg_notify", "pg_replslot", "pg_serial", "pg_snapshots", "pg_stat_tmp", "pg_subtrans",
            "pg_wal",
        ]
        let outcome = Self.outcome("", copied + skipped + emptied)
        #expect(outcome.skipped == skipped)
        #expect(outcome.emptied == emptied)
    }

    @Test(arguments: ["base/5", "pg_tblspc/16400/PG_15_202209061/5"])
    func sortsADatabase(directory: String) {
        let copied = [
            "PG_VERSION", "pg_filenode.map", "16384", "16384.1", "16384_fsm", "16384_vm", "16390_init", "t_16384",
            "t3_",
            "t3_x", "tx_16384", "t3_16384_toast", "163900", "recovery.signal", "pg_wal",
        ]
        let skipped = [
            "16390", "16390.1", "16390_fsm", "16390_vm.2", "t3_16384", "t3_16384.1", "t12_16384_fsm", "t3_16384_vm.2",
            "pg_internal.init", "pgsql_tmp", "pgsql_tmp123.4",
        ]
        let outcome = Self.outcome(directory, copied + skipped)
        #expect(outcome.skipped == skipped)
        #expect(outcome.emptied == [])
    }

    @Test func sortsWhatIsNoDatabase() {
        #expect(
            Self.outcome("global", ["1262", "1262_init", "pg_control", "t3_16384", "pg_internal.init"]).skipped == [
                "pg_internal.init"
            ])
        #expect(Self.outcome("base", ["1", "5", "pgsql_tmp"]).skipped == ["pgsql_tmp"])
        #expect(Self.outcome("pg_tblspc", ["16400", "16401"]).skipped == [])
        #expect(Self.outcome("pg_logical/snapshots", ["16384", "16384_init", "t3_16384"]).skipped == [])
        let versions = ["PG_14_202107181", "PG_15_202209061", "other"]
        #expect(Self.outcome("pg_tblspc/16400", versions).skipped == ["PG_14_202107181", "other"])
        #expect(Self.outcome("pg_tblspc/16400/PG_15_202209061", ["5", "pgsql_tmp"]).skipped == ["pgsql_tmp"])
    }

    @Test func knowsTheDirectoriesForWAL() {
        #expect(BackupExclusions.walDirectories(major: 16) == ["pg_wal", "pg_wal/archive_status"])
        #expect(BackupExclusions.walDirectories(major: 17).last == "pg_wal/summaries")
    }
}
