import Format
import Operations
import Platform
import Testing

@testable import trunkline

/// Reading without a configuration file.
@Suite struct RepositoryOptionsTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func context(
        _ arguments: [String], environment: [String: String] = [:]
    ) throws -> CommandContext {
        guard case .run(let invocation) = try Arguments.parse(arguments) else { throw Unexpected() }
        let console = Console(isColoured: false) { _, _ in }
        return CommandContext(invocation: invocation, environment: environment, console: console)
    }

    private struct Unexpected: Error {}

    @Test func isAConfigurationOfOneRepository() throws {
        let arguments = [
            "wal", "fetch", "--repository", "s3://bucket/prefix", "--endpoint=https://s3.example.net",
            "--region=eu-west-1", "--identity", "/keys/identity", "--cluster", "shop", "N", "D",
        ]
        let context = try context(
            arguments,
            environment: [
                "TRUNKLINE_WAL_PREFETCH": "3", "TRUNKLINE_REPOSITORY_OTHER_URL": "file:///other",
                "TRUNKLINE_ENCRYPTION_IDENTITY": "/other", "TRUNKLINE_ENCRYPTION_PASSPHRASE_FILE": "/phrase",
                "TRUNKLINE_CLUSTER_X_PGDATA": "/x", "TRUNKLINE_CONFIG": "/nonexistent",
            ])
        let configuration = try context.configuration()
        #expect(configuration.repositories.map(\.url) == ["s3://bucket/prefix"])
        #expect(configuration.repositories.first?.s3?.endpoint.map { "\($0)" } == "https://s3.example.net")
        #expect(configuration.repositories.first?.s3?.region == "eu-west-1")
        #expect(configuration.encryption.identityFiles == ["/keys/identity"])
        #expect(configuration.encryption.passphraseFile == "/phrase")
        #expect(configuration.wal.prefetch == 3)
        #expect(configuration.clusters.count == 1)
        #expect(try context.namedCluster(of: configuration)?.name == ClusterName("shop"))
    }

    @Test func theClusterMayBeLeftOpen() throws {
        let arguments = ["wal", "list", "--repository", "file:///somewhere"]
        let open = try context(arguments)
        #expect(try open.namedCluster(of: open.configuration(opensContent: false)) == nil)
        let named = try context(arguments, environment: ["TRUNKLINE_CLUSTER": "shop"])
        let configuration = try named.configuration(opensContent: false)
        #expect(try named.namedCluster(of: configuration)?.name == ClusterName("shop"))
    }

    @Test func aRelativeIdentityIsOneOfThisDirectory() throws {
        let context = try context(["artifact", "get", "n", "--repository=file:///r", "--identity", "key"])
        let directory = try FileSystem.currentDirectory()
        #expect(try context.configuration().encryption.identityFiles == ["\(directory)/key"])
    }

    /// What goes wrong is said before a repository is asked.
    @Test func whatDoesNotGoTogether() throws {
        let lines: [[String]] = [
            ["artifact", "get", "n", "--repository", "file:///r", "--config", "/c", "--identity", "/k"],
            ["artifact", "get", "n", "--repository", "file:///r"],
            ["artifact", "list", "--endpoint", "https://s3.example.net"], ["wal", "list", "--identity", "/k"],
            ["wal", "list", "--repository", "ftp://r"],
            ["wal", "list", "--repository", "file:///r", "--region", "x"],
            ["wal", "list", "--repository", "file:///r", "--cluster", "-"],
            ["artifact", "list", "--repository", "file://DIR/none"], ["artifact", "put", "n", "--repository", "x"],
            ["artifact", "put", "a//b", "--command", "true"],
            ["artifact", "put", "a", "--content-type", "x", "--command", "true"],
            ["artifact", "get", "a", "--version", "1"], ["--version", "artifact", "get", "a"],
            ["--version", "artifact", "get"], ["artifact", "get", "a", "--version"], ["artifact"],
            ["artifact", "put", "a", "--explain-memory"],
        ]
        let text = lines.map { line in
            let words = line.map { $0.replacing("DIR", with: scratch.path) }
            let said = Transcript.of(words, environment: ["TRUNKLINE_CONFIG": "/nonexistent/trunkline.toml"])
            return "$ trunkline \(line.joined(separator: " "))\n\(said.replacing(scratch.path, with: "DIR"))"
        }
        try Snapshot.check("repository-options.txt", text.joined(separator: "\n") + "\n")
    }

    @Test func versionIsAnOptionBehindItsVerb() throws {
        let id = "20261125T143000Z-3f9a2c1d"
        for words in [["artifact", "get", "--version", id, "n"], ["artifact", "get", "n", "--version=\(id)"]] {
            guard case .run(let invocation) = try Arguments.parse(words) else { throw Unexpected() }
            #expect(invocation.value("version") == id)
            #expect(invocation.operands == ["n"])
        }
        #expect(try Arguments.parse(["--version"]) == .version)
        #expect(throws: UsageError.self) { try Arguments.parse(["wal", "list", "--version"]) }
    }

    @Test func thereIsALineForEachVersion() throws {
        func holding(_ name: String, _ id: String, _ type: String?, _ places: [String]) throws -> ListArtifacts.Holding
        {
            ListArtifacts.Holding(
                record: ArtifactRecord(
                    name: try #require(ArtifactName(name)), version: try #require(BackupID(id)),
                    contentType: type.flatMap { ContentType($0) }, byteCount: 123_456_789, storedByteCount: 1_023,
                    now: try #require(UnixTime(iso8601: "2026-11-25T14:31:07Z"))),
                repositories: places)
        }
        let cluster = ClusterConfiguration(name: try #require(ClusterName("main")), dataDirectory: nil)
        let long = "application/vnd.something-rather-long+json; charset=utf-8"
        let text = ArtifactListCommand.text(
            cluster,
            [
                try holding("globals", "20261125T143000Z-3f9a2c1d", "application/sql", ["local", "offsite"]),
                try holding("nightly/shop", "20261124T143000Z-00000000", nil, ["local"]),
                try holding("nightly/shop", "20261125T143000Z-00000000", long, ["local", "offsite"]),
            ], places: ["local", "offsite"])
        for line in text.split(separator: "\n") { #expect(line.count <= 100) }
        try Snapshot.check("artifact-list.txt", text)
        #expect(ArtifactListCommand.text(cluster, [], places: []) == "cluster \"main\" has no such artifacts\n")
    }
}
