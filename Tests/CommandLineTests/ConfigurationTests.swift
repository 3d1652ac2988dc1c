import Format
import Operations
import Testing
import trunkline

/// Text in, configuration or complaints out.
enum Reading {
    static func configuration(
        _ text: String, environment: [String: String] = [:]
    ) throws -> Configuration {
        do {
            let entries = try TomlDocument.parse(Array(text.utf8))
            return try Configuration(entries: entries, environment: environment, file: "t.toml")
        } catch let problem as ConfigurationProblem {
            throw ConfigurationError(file: "t.toml", problems: [problem])
        }
    }

    /// The lines that a person would see; empty when all is well.
    static func complaints(_ text: String, environment: [String: String] = [:]) -> [String] {
        do {
            _ = try configuration(text, environment: environment)
            return []
        } catch let error as ConfigurationError {
            return error.problems.flatMap { problem in
                [problem.text(file: error.file)] + (problem.hint.map { ["  " + $0] } ?? [])
            }
        } catch {
            return ["unexpected: \(error)"]
        }
    }

    /// The least that is complete.
    static let least = """
        [cluster.main]
        pgdata = "/data"
        [repository.local]
        url = "file:///backup"
        [encryption]
        recipients = ["r1"]

        """
}

@Suite struct ConfigurationTests {
    @Test func defaults() throws {
        let configuration = try Reading.configuration(Reading.least)
        let cluster = try #require(configuration.clusters.first)
        #expect(cluster.name.text == "main")
        #expect(cluster.dataDirectory == "/data")
        #expect(cluster.stateDirectory == "/var/lib/trunkline/main")
        #expect(configuration.wal.lookahead == 32)
        #expect(configuration.wal.prefetch == 8)
        #expect(configuration.wal.pushDeadlineSeconds == 300)
        #expect(configuration.wal.fetchDeadlineSeconds == 300)
        #expect(configuration.wal.compressionLevel == 1)
        #expect(configuration.wal.threads == nil)
        let repository = try #require(configuration.repositories.first)
        #expect(repository.location == .directory("/backup"))
        #expect(repository.isRequired)
        #expect(repository.s3 == nil)
        #expect(configuration.encryption.mode == .sealed)
        #expect(configuration.encryption.recipients == ["r1"])
        #expect(configuration.warnings.isEmpty)
    }

    @Test func repositoriesKeepTheOrderOfTheFile() throws {
        let text =
            Reading.least + """
                [repository.zebra]
                url = "file:///z"
                [repository.alpha]
                url = "file:///a"
                required = false
                """
        let configuration = try Reading.configuration(text)
        #expect(configuration.repositories.map(\.name) == ["local", "zebra", "alpha"])
        #expect(configuration.repositories.map(\.isRequired) == [true, true, false])
    }

    @Test func noEncryptionIsLoud() throws {
        let text = Reading.least.replacing("recipients = [\"r1\"]", with: "mode = \"none\"")
        #expect(try Reading.configuration(text).warnings.count == 1)
    }

    @Test func allProblemsAtOnceInTheOrderOfTheFile() {
        let text = """
            pgdata = "/data"
            [cluster.main]
            pgdata = "data"
            sate = "/x"
            [wall]
            lookahead = 3
            [wal]
            lookahed = 3
            prefetch = "many"
            threads = 0
            push-deadline = "soon"
            [repository.a]
            url = "ftp://x"
            [repository.b]
            [repository."c d"]
            url = "file:///c"
            [repository.e]
            url = "file:///e"
            region = "eu-west-1"
            [encryption]
            mode = "seald"
            recipients = ["x", 3]
            """
        #expect(
            Reading.complaints(text) == [
                "\"t.toml\", line 1: key \"pgdata\" stands outside of a section",
                "  It belongs in [cluster.NAME].",
                "\"t.toml\", line 3: \"pgdata\" takes an absolute path, found \"data\"",
                "  PostgreSQL runs commands in its data directory, so only absolute paths mean the same everywhere.",
                "\"t.toml\", line 4: unknown key \"sate\" in [cluster.main]",
                "  Did you mean \"state\"?",
                "\"t.toml\", line 5: unknown section [wall]",
                "  Did you mean \"wal\"?",
                "\"t.toml\", line 8: unknown key \"lookahed\" in [wal]",
                "  Did you mean \"lookahead\"?",
                "\"t.toml\", line 9: \"prefetch\" takes an integer, found \"many\"",
                "\"t.toml\", line 10: \"threads\" takes 1 to 64, found 0",
                "\"t.toml\", line 11: \"push-deadline\" takes a duration such as \"30s\", found \"soon\"",
                "\"t.toml\", line 13: \"ftp://x\" is not the address of a repository",
                "  Write file:///directory or s3://bucket/prefix.",
                "\"t.toml\", line 14: [repository.b] has no \"url\"",
                "\"t.toml\", line 15: \"c d\" is not a name for a repository",
                "  Names have up to 64 letters, digits, dots, hyphens and underscores, and begin with a letter or "
                    + "digit.",
                "\"t.toml\", line 19: \"region\" has no meaning in [repository.e], which is a local directory",
                "\"t.toml\", line 21: \"mode\" takes one of \"sealed\", \"none\", found \"seald\"",
                "  Did you mean \"sealed\"?",
                "\"t.toml\", line 22: \"recipients\" takes a list of strings, found a list with an integer",
            ])
    }

    @Test func anEmptyConfigurationSaysWhatToDo() {
        #expect(
            Reading.complaints("") == [
                "\"t.toml\": [encryption] names no recipient and no identity",
                "  Make a key with \"trunkline key new\" and put its recipient into \"recipients\".",
                "\"t.toml\": there is no section [cluster.NAME]",
                "  Run \"trunkline init\" to write a configuration, or name one with --config.",
                "\"t.toml\": there is no section [repository.NAME]",
            ])
    }

    @Test(arguments: [
        ("x = ", 1), ("[cluster.main]\npgdata = \"/a\"\npgdata = \"/b\"\n", 3), ("a = 1\na.b = 2", 2),
        ("[wal]\nlookahead = 1 prefetch = 2", 2), ("\u{0}", 1), ("[wal]\n\"", 2),
    ])
    func brokenTextNamesItsLine(_ text: String, _ line: Int) {
        let complaints = Reading.complaints(text)
        #expect(complaints.count == 1)
        #expect(complaints.first?.hasPrefix("\"t.toml\", line \(line): ") == true, "\(complaints)")
    }

    @Test func textThatIsTooMuchIsRefused() {
        #expect(Reading.complaints(String(repeating: "#", count: (1 << 20) + 1)) == ["\"t.toml\": longer than 1 MiB"])
        #expect(
            Reading.complaints("\n[" + String(repeating: "a.", count: 100_000) + "a]") == [
                "\"t.toml\", line 2: more than 64 dots in one line"
            ])
        let nested = "x = " + String(repeating: "[", count: 100_000)
        #expect(Reading.complaints(nested).first?.contains("nested value depth") == true)
        let deep = "[a.b.c.d.e.f.g.h]\ni = 1"
        #expect(Reading.complaints(deep) == ["\"t.toml\", line 2: keys nested more than 8 deep"])
        let long = String(repeating: "k", count: 129) + " = 1"
        #expect(Reading.complaints(long) == ["\"t.toml\", line 1: a key longer than 128 bytes"])
        let many = (0...10_000).map { "k\($0) = 1" }.joined(separator: "\n")
        #expect(Reading.complaints(many).first?.hasSuffix("more than 10,000 keys and values") == true)
        #expect(Reading.complaints("# " + String(repeating: ".", count: 80) + "\n" + Reading.least) == [])
    }

    @Test func secretsAreNeverShown() {
        let text =
            Reading.least + """
                [repository.far]
                url = "s3://bucket"
                region = "eu-west-1"
                access-key-id = "AKIA"
                secret-access-key = "tell\\u0000nobody"
                session-token = 4711
                """
        let complaints = Reading.complaints(text)
        #expect(complaints.count == 2, "\(complaints)")
        #expect(!complaints.contains { $0.contains("nobody") || $0.contains("4711") })
    }

    @Test func anyTableInAValuesPlaceIsAProblem() {
        let text =
            Reading.least + """
                [wal]
                lookahead.x = 3
                prefetch = { a = 1 }
                threads = [1, 2]
                [[cluster.other]]
                pgdata = "/x"
                """
        #expect(
            Reading.complaints(text) == [
                "\"t.toml\", line 8: \"lookahead\" takes an integer, found a table",
                "\"t.toml\", line 9: \"prefetch\" takes an integer, found a table",
                "\"t.toml\", line 10: \"threads\" takes an integer, found a list with an integer",
                "\"t.toml\", line 11: \"cluster.other\" is an array, expected the section [cluster.NAME]",
            ])
    }

    @Test func somethingMustBeRequired() {
        let text = Reading.least.replacing(
            "url = \"file:///backup\"", with: "url = \"file:///backup\"\nrequired = false")
        #expect(Reading.complaints(text).first?.contains("no repository is required") == true)
    }
}
