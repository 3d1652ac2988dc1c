import Codec
import Format
import Operations
import Platform
import Postgres
import Storage
import TestSupport
import Testing

@testable import Operations

/// A made-up server with its data directory, a configuration and local repositories, in a directory of its own.
final class Host: Sendable {
    let directory: TemporaryDirectory
    let control: ControlFile
    let system: SystemIdentifier
    var data: String { "\(directory.path)/data" }
    var wal: String { "\(data)/pg_wal" }
    var state: String { "\(directory.path)/state" }

    init() throws {
        directory = try TemporaryDirectory("host")
        try directory.write("data/global/pg_control", Self.controlFile())
        try FileSystem.createDirectory(
            "\(directory.path)/data/pg_wal/archive_status", permissions: 0o700, parents: true)
        control = try ControlFile.read(in: DataDirectory("\(directory.path)/data"))
        system = control.system
        try key("identity", IdentityFile([.open(Cast.alice)]).print(comments: []))
        try key("digest.key", KeyFile.print(comments: [], secretTexts: [Cast.digestKey.secretText]))
        try key("signing.key", KeyFile.print(comments: [], secretTexts: [Cast.host.secretText]))
    }

    private func key(_ name: String, _ octets: [UInt8]) throws {
        try PrivateFile.create("\(directory.path)/\(name)", octets, holding: "key")
    }

    /// `pg_control` of a real server, from the vectors of the tests that parse it.
    private static func controlFile(source: String = #filePath) throws -> [UInt8] {
        let tests = source.split(separator: "/").dropLast(3).joined(separator: "/")
        let text = try FileSystem.readWhole("/\(tests)/PostgresTests/Vectors/control-15-new.hex", limit: 65_536)
        let digits = String(decoding: text, as: UTF8.self).compactMap(\.hexDigitValue).map(UInt8.init)
        return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    /// The repositories, of which those named in `bestEffort` are not required; `settings` are keys of `[wal]`.
    func configuration(
        _ repositories: [String] = ["local"], bestEffort: Set<String> = [], settings: [String: String] = [:]
    ) throws -> (Configuration, ClusterConfiguration) {
        var entries = [
            text(["cluster", "main", "pgdata"], data), text(["cluster", "main", "state"], state),
            text(["encryption", "recipients"], Cast.alice.recipient.text, isList: true),
            text(["encryption", "identity"], "\(directory.path)/identity"),
            text(["encryption", "digest-key"], "\(directory.path)/digest.key"),
            text(["encryption", "signing-key"], "\(directory.path)/signing.key"),
            text(["encryption", "signers"], Cast.host.signer.text, isList: true),
        ].flatMap(\.self)
        for name in repositories {
            entries += text(["repository", name, "url"], "file://\(root(name))")
            if bestEffort.contains(name) { entries.append(entry(["repository", name, "required"], .boolean, "false")) }
        }
        for (key, value) in settings.sorted(by: { $0.key < $1.key }) {
            entries.append(entry(["wal", key], Int(value) == nil ? .string : .integer, value))
        }
        let numbered = entries.enumerated().map { $0.element.at(line: $0.offset + 1) }
        let configuration = try Configuration(entries: numbered, environment: [:], file: nil)
        return (configuration, try #require(configuration.clusters.first))
    }

    func root(_ repository: String) -> String { "\(directory.path)/repository-\(repository)" }

    /// Sets all repositories up and returns what `init` would report.
    @discardableResult
    func found(_ repositories: [String] = ["local"]) throws -> FoundRepositories.Report {
        let (configuration, cluster) = try configuration(repositories)
        return try FoundRepositories(configuration, cluster: cluster, environment: [:]).run()
    }

    func octets(_ name: SegmentName, seed: UInt64 = 1) -> [UInt8] {
        WAL.octets(name, system: system, size: control.segmentSize, seed: seed)
    }

    /// Segments of the server's size.
    func segments(_ count: Int) -> [SegmentName] {
        var names = [WAL.first]
        while names.count < count { names.append(required(names[names.count - 1].next(size: control.segmentSize))) }
        return names
    }

    /// Puts a file into `pg_wal` as finished and waiting to be archived; returns its path.
    @discardableResult
    func makeReady(_ name: String, _ octets: [UInt8]) throws -> String {
        try directory.write("data/pg_wal/archive_status/\(name).ready", [])
        return try directory.write("data/pg_wal/\(name)", octets)
    }

    /// The path of the object in a local repository.
    func object(_ name: String, in repository: String = "local") -> String {
        "\(root(repository))/\(RepositoryLayout.key(of: WAL.name(name), in: WAL.cluster, system))"
    }

    func holds(_ name: String, in repository: String = "local") throws -> Bool {
        try FileSystem.status(of: object(name, in: repository)) != nil
    }

    private func text(_ path: [String], _ text: String, isList: Bool = false) -> [ConfigurationEntry] {
        guard isList else { return [entry(path, .string, text)] }
        return [
            entry(path, .array, ""),
            ConfigurationEntry(path: path, kind: .string, element: 0, text: text, line: 0, column: 0),
        ]
    }

    private func entry(_ path: [String], _ kind: ConfigurationEntry.Kind, _ text: String) -> ConfigurationEntry {
        ConfigurationEntry(path: path, kind: kind, text: text, line: 0, column: 0)
    }
}

extension ConfigurationEntry {
    fileprivate func at(line: Int) -> ConfigurationEntry {
        ConfigurationEntry(path: path, kind: kind, element: element, text: text, line: line, column: 1)
    }
}
