import Platform
import Postgres
import TestSupport
import Testing

@Suite struct DataDirectoryTests {
    @Test func takesADirectoryWithAControlFile() throws {
        let directory = try TemporaryDirectory()
        let error = #expect(throws: PostgresError.self) { try DataDirectory(directory.path) }
        #expect(error?.code == .notADataDirectory)
        try directory.write("global/pg_control")
        #expect(try DataDirectory(directory.path).path == directory.path)
    }

    @Test func aDirectoryIsNoControlFile() throws {
        let directory = try TemporaryDirectory()
        try directory.write("global/pg_control/x")
        #expect(throws: PostgresError.self) { try DataDirectory(directory.path) }
    }

    @Test func findsTheClusterOfAWALFile() throws {
        let directory = try TemporaryDirectory()
        try directory.write("data/global/pg_control")
        try directory.write("fast/wal/000000010000000000000001")
        let data = "\(directory.path)/data"
        let file = "000000010000000000000001"
        #expect(try DataDirectory.containing(walPath: "\(data)/pg_wal/\(file)")?.path == data)
        #expect(try DataDirectory.containing(walPath: "pg_wal/\(file)", workingDirectory: data)?.path == data)
        #expect(try DataDirectory.containing(walPath: "\(directory.path)/fast/wal/\(file)") == nil)
        let other = try DataDirectory.containing(walPath: "\(directory.path)/fast/wal/\(file)", workingDirectory: data)
        #expect(other?.path == data)
    }

    @Test func givesFilesTheModesOfTheServersOwn() throws {
        let directory = try TemporaryDirectory()
        try directory.write("data/global/pg_control")
        try FileSystem.createDirectory("\(directory.path)/group", permissions: 0o750)
        try directory.write("group/global/pg_control")
        let closed = try DataDirectory("\(directory.path)/data")
        #expect(try closed.filePermissions() == 0o600)
        #expect(try closed.directoryPermissions() == 0o700)
        let open = try DataDirectory("\(directory.path)/group")
        #expect(try open.filePermissions() == 0o640)
        #expect(try open.directoryPermissions() == 0o750)
    }

    @Test(arguments: [
        ([], RecoveryMode.none), (["recovery.signal"], .recovery), (["standby.signal"], .standby),
        (["recovery.signal", "standby.signal"], .standby), (["recovery.conf"], .none),
    ])
    func readsTheSignalFiles(files: [String], mode: RecoveryMode) throws {
        let directory = try TemporaryDirectory()
        try directory.write("global/pg_control")
        for file in files {
            try directory.write(file)
        }
        #expect(try RecoveryMode(of: DataDirectory(directory.path)) == mode)
    }
}
