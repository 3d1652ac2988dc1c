import Foundation
import Testing

/// The built program under the shell, as PostgreSQL runs it: only what a session inside the test cannot show.
@Suite struct ProcessTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    /// Beside the test bundle.
    private static var program: String {
        URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "trunkline").path
    }

    private func status(_ line: String) throws -> Int32 {
        let shell = Process()
        shell.executableURL = URL(filePath: "/bin/sh")
        shell.arguments = ["-c", line.replacing("trunkline", with: Self.program)]
        shell.currentDirectoryURL = URL(filePath: scratch.path)
        shell.environment = ["TRUNKLINE_CONFIG": "/nonexistent/trunkline.toml"]
        shell.standardOutput = FileHandle.nullDevice
        shell.standardError = FileHandle.nullDevice
        try shell.run()
        shell.waitUntilExit()
        #expect(shell.terminationReason == .exit)
        return shell.terminationStatus
    }

    /// In every row something is wrong before a repository could be asked.
    @Test(arguments: [
        ("trunkline wal fetch 000000010000000000000001 pg_wal/RECOVERYXLOG", 255, 75),
        ("trunkline wal fetch 00000002.history pg_wal/RECOVERYHISTORY", 255, 75),
        ("trunkline wal fetch --confg=x 00000002.history pg_wal/RECOVERYHISTORY", 255, 75),
        ("trunkline wal fetch pg_wal/RECOVERYXLOG", 255, 75),
        ("trunkline wal fech 00000002.history pg_wal/RECOVERYHISTORY", 255, 75),
        ("trunkline wal push pg_wal/RECOVERYXLOG", 255, 75),
        ("trunkline wal prefetch 000000010000000000000001 pg_wal/RECOVERYXLOG", 255, 75),
        ("trunkline --help pg_wal/RECOVERYXLOG", 255, 75),
        ("trunkline version --json --dest=pg_wal/RECOVERYXLOG", 255, 75),
        ("trunkline wal fetch 000000010000000000000001 /data/pg_wal/000000010000000000000001", 75, 75),
        ("trunkline wal fetch 000000010000000000000001", 64, 64),
        ("trunkline wal push pg_wal/000000010000000000000001", 78, 78),
        ("trunkline wal push --nope pg_wal/000000010000000000000001", 64, 64),
        ("trunkline wal push --help pg_wal/000000010000000000000001", 64, 64),
    ])
    func statusOfTrouble(_ line: String, _ inRecovery: Int32, _ onStandby: Int32) throws {
        #expect(try status(line) == inRecovery)
        _ = try scratch.file("standby.signal", "")
        #expect(try status(line) == onStandby)
    }

    @Test func successAndClosedStreams() throws {
        #expect(try status("trunkline --version") == 0)
        #expect(try status("trunkline --version >&-") == 74)
        #expect(try status("trunkline --version > /dev/full") == 74)
        #expect(try status("trunkline frobnicate 2>&-") == 64)
        #expect(try status("trunkline --version <&- >&- 2>&-") == 74)
    }
}
