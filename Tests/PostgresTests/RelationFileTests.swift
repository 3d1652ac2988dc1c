import Postgres
import Testing

@Suite struct RelationFileTests {
    @Test(arguments: [
        ("base/5/16384", RelationFile(tablespace: 1663, database: 5, number: 16384)),
        (
            "base/5/16384_vm.2",
            RelationFile(tablespace: 1663, database: 5, number: 16384, fork: .visibility, segment: 2)
        ),
        ("base/1/2619_fsm", RelationFile(tablespace: 1663, database: 1, number: 2619, fork: .freeSpace)),
        ("base/5/16390_init", RelationFile(tablespace: 1663, database: 5, number: 16390, fork: .initial)),
        ("global/1262", RelationFile(tablespace: 1664, database: 0, number: 1262)),
        ("global/1262_fsm", RelationFile(tablespace: 1664, database: 0, number: 1262, fork: .freeSpace)),
        (
            "pg_tblspc/16400/PG_15_202209061/5/16401.1",
            RelationFile(tablespace: 16400, database: 5, number: 16401, segment: 1)
        ),
        (
            "base/4294967295/4294967295.131071",
            RelationFile(tablespace: 1663, database: .max, number: .max, segment: 131_071)
        ),
    ])
    func readsPaths(path: String, file: RelationFile) {
        #expect(RelationFile(path: path) == file)
        #expect(DataFileKind(path: path) == .pages(file))
    }

    @Test(arguments: [
        "", "/", "16384", "base", "base/16384", "base/5/", "base/5/0", "base/5/016384", "base/05/16384", "base/0/16384",
        "base/5/16384_", "base/5/16384_vm_1", "base/5/16384_toast", "base/5/16384.", "base/5/16384.0",
        "base/5/16384.01",
        "base/5/16384.1_vm", "base/5/16384.1.2", "base/5/4294967296", "base/5/t3_16384", "base/5/PG_VERSION",
        "base/5/pg_filenode.map", "base/5/pg_internal.init", "base/5/16384/1", "base/pgsql_tmp/5", "./base/5/16384",
        "/base/5/16384", "global/5/1262", "global/pg_filenode.map", "global/PG_VERSION", "pg_tblspc/16400",
        "pg_tblspc/16400/5/16401", "pg_tblspc/16400/15/5/16401", "pg_tblspc/x/PG_15_202209061/5/16401",
        "pg_xact/0000", "pg_wal/000000010000000000000001", "base/5/+1", "base/5/1６", "base/5/16384 ",
    ])
    func knowsWhatIsNoRelation(path: String) {
        #expect(RelationFile(path: path) == nil)
        #expect(DataFileKind(path: path) == .other)
    }

    @Test func knowsTheControlFile() {
        #expect(DataFileKind(path: "global/pg_control") == .control)
        #expect(DataFileKind(path: "pg_control") == .other)
    }

    @Test func knowsItsFirstBlock() {
        #expect(RelationFile(path: "base/5/16384")?.firstBlock == 0)
        #expect(RelationFile(path: "base/5/16384.3")?.firstBlock == 393_216)
        #expect(RelationFile(path: "base/5/16384.32767")?.firstBlock == 4_294_836_224)
        #expect(RelationFile(path: "base/5/16384.32768").map { $0.firstBlock == nil } == true)
    }
}
