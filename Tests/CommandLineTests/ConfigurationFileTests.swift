import Foundation
import Operations
import Testing
import trunkline

@Suite struct ConfigurationFileTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private static let secret =
        Reading.least + """
            [repository.far]
            url = "s3://bucket"
            access-key-id = "A"
            secret-access-key = "B"
            """

    @Test func aFileWithSecretsIsNotForEverybody() throws {
        _ = try scratch.file("t.toml", Self.secret, mode: 0o644)
        #expect(
            scratch.transcript("wal", "list", "--config", "DIR/t.toml") == """
                ! trunkline: error: "DIR/t.toml", line 10: "secret-access-key" is a secret, and \
                everybody may read this file (mode 0644)
                ! trunkline: hint: Run: chmod o= 'DIR/t.toml'
                = 78
                """)
        _ = try scratch.file("w.toml", Reading.least, mode: 0o646)
        #expect(scratch.transcript("wal", "list", "--config=DIR/w.toml").contains("everybody may change this file"))
    }

    @Test(arguments: [(secret, 0o640), (secret, 0o600), (Reading.least, 0o644)])
    func otherwiseModesAreFree(_ text: String, _ mode: Int) throws {
        let file = try scratch.file("t.toml", text, mode: mode)
        #expect(try ConfigurationLoader.load(option: file, environment: [:]).file == file)
    }

    @Test func filesThatCannotBeRead() throws {
        _ = try scratch.file("large.toml", String(repeating: "#", count: (1 << 20) + 1))
        _ = try scratch.file("bad.toml", "[cluster.main]\npgdata = \n")
        let names = ["missing.toml", "", "large.toml", "bad.toml", "bad.toml/x"]
        let transcripts = names.map {
            "$ wal list --config DIR/\($0)\n" + scratch.transcript("wal", "list", "--config", "DIR/\($0)") + "\n"
        }
        try Snapshot.check("configuration-file.txt", transcripts.joined())
    }

    @Test func theVariableNamesTheFile() throws {
        let file = try scratch.file("t.toml", Reading.least)
        #expect(try ConfigurationLoader.load(option: nil, environment: ["TRUNKLINE_CONFIG": file]).file == file)
        let other = try scratch.file("other.toml", Reading.least)
        #expect(try ConfigurationLoader.load(option: other, environment: ["TRUNKLINE_CONFIG": file]).file == other)
    }
}
