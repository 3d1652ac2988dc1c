import Foundation
import Testing
import trunkline

/// `trunkline backup` as far as it comes without a server.
@Suite struct BackupCommandTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    /// What is said of the options, all of it at once.
    @Test func everyOptionThatIsWrongIsNamed() throws {
        let lines = [
            ["--checkpoint", "slow"], ["--checkpoint="], ["--jobs", "0"], ["--jobs", "65"], ["--jobs", "many"],
            ["--jobs", "-1"], ["--jobs", "99999999999999999999"], ["--bandwidth", "1"], ["--bandwidth", "fast"],
            ["--bandwidth", "65GiB"], ["--bandwidth", "-5MiB"], ["--bandwidth", "99999999999999999999GiB"],
            ["--annotation", "key"], ["--annotation", "=value"], ["--annotation", "a b=value"],
            ["--annotation", "key=\u{7}"], ["--annotation", "\(String(repeating: "k", count: 65))=v"],
            ["--annotation", "key=\(String(repeating: "v", count: 1025))"], ["--full=yes"],
            ["--jobs", "1", "--jobs", "2"],
            ["operand"], ["--ful"],
            ["--jobs", "0", "--bandwidth", "x", "--checkpoint", "y", "--annotation", "z"],
        ]
        let text = lines.map { line in
            let shown = line.joined(separator: " ").replacing(/[kv]{65,}/, with: "LONG").replacing("\u{7}", with: "BEL")
            let said = Transcript.of(["backup"] + line).replacing(/[kv]{65,}/, with: "LONG").replacing(
                "\u{7}", with: "BEL")
            return "$ trunkline backup \(shown)\n\(said)\n"
        }
        for said in text { #expect(said.hasSuffix("= 64\n"), "\(said)") }
        try Snapshot.check("backup-usage.txt", text.joined())
    }

    private func configuration() throws {
        _ = scratch.transcript("key", "new", "--output", "DIR/identity")
        let shown = Transcript.of(["key", "show", try scratch.file("identity")])
        let recipient = try #require(shown.split(separator: "\n").first?.dropFirst(2))
        _ = try scratch.file(
            "t.toml",
            """
            [cluster.main]
            pgdata = "\(scratch.path)/data"
            state = "\(scratch.path)/state"
            connection = "host=\(scratch.path) port=1"
            [repository.local]
            url = "file://\(scratch.path)/repository"
            [encryption]
            recipients = ["\(recipient)"]

            """)
    }

    @Test func whatIsRightGetsAsFarAsTheServer() throws {
        try configuration()
        for options in [
            [], ["--full", "--reread", "--from-standby", "--json"], ["--checkpoint", "spread"], ["--checkpoint=fast"],
            ["--jobs", "64"], ["--jobs", "1"], ["--bandwidth", "64KiB"], ["--bandwidth", "2500000"],
            ["--annotation", "a=", "--annotation", "b=x=y", "--annotation", "ticket=OPS 7"],
        ] {
            let said = Transcript.of(["backup", "--config", "\(scratch.path)/t.toml"] + options)
            #expect(!said.hasSuffix("= 64") && !said.hasSuffix("= 0"), "\(options): \(said)")
        }
    }

    @Test func explainsItsMemoryWithoutAServer() throws {
        try configuration()
        let one = scratch.transcript("backup", "--explain-memory", "--jobs", "1", "--config", "DIR/t.toml")
        let four = scratch.transcript("backup", "--explain-memory", "--jobs", "4", "--config", "DIR/t.toml")
        for said in [one, four] { #expect(said.hasSuffix("in all\n= 0"), "\(said)") }
        #expect(kibibytes(four) > kibibytes(one))
        // What an interrupted backup has left counts.
        try FileManager.default.createDirectory(
            atPath: scratch.file("state/backup"), withIntermediateDirectories: true)
        try Data(count: 10 << 20).write(to: URL(filePath: scratch.file("state/backup/journal")))
        let more = scratch.transcript("backup", "--explain-memory", "--jobs", "1", "--config", "DIR/t.toml")
        #expect(kibibytes(more) >= kibibytes(one) + 80 * 1024, "\(more)")
    }

    private func kibibytes(_ text: String) -> Int {
        let line = text.split(separator: "\n").first { $0.hasSuffix("in all") } ?? ""
        return line.split(separator: " ").compactMap { Int($0) }.first ?? 0
    }
}
