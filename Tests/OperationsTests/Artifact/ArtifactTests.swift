import Codec
import Format
import Operations
import Platform
import Storage
import TestSupport
import Testing

@testable import Operations

/// Put, get and list over local repositories.
@Suite struct ArtifactTests {
    private let host: Host
    private let name = required(ArtifactName("nightly/shop"))

    init() throws { host = try Host() }

    private static func octets(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
        var random = SeededRandom(seed: seed, name: "artifact")
        return random.octets(count)
    }

    private func put(
        _ octets: [UInt8], as name: ArtifactName? = nil, in repositories: [String] = ["local"],
        bestEffort: Set<String> = [], type: String? = nil
    ) throws -> PutArtifact.Stored {
        let (configuration, cluster) = try host.configuration(repositories, bestEffort: bestEffort)
        var artifact = PutArtifact(configuration, cluster: cluster, environment: [:])
        artifact.sleep = { _ in }
        return try artifact.run(
            name ?? self.name, contentType: type.flatMap { ContentType($0) }, from: OctetSource(octets))
    }

    private func get(
        _ version: BackupID? = nil, from repositories: [String] = ["local"], into sink: OrderedSink = OrderedSink()
    ) throws -> (octets: [UInt8], restored: GetArtifact.Restored?) {
        let (configuration, cluster) = try host.configuration(repositories)
        let restored = try GetArtifact(configuration, cluster: cluster, environment: [:]).run(
            name, version: version, into: sink)
        return (sink.octets, restored)
    }

    private func list(_ name: String? = nil, in repositories: [String] = ["local"]) throws -> ListArtifacts.Report {
        let (configuration, cluster) = try host.configuration(repositories)
        return try ListArtifacts(configuration, cluster: cluster, environment: [:]).run(
            name.map { required(ArtifactName($0)) })
    }

    private func path(_ object: ArtifactObject, of record: ArtifactRecord, in repository: String = "local") -> String {
        let key = RepositoryLayout.key(of: object, record.version, of: record.name, in: WAL.cluster)
        return "\(host.root(repository))/\(key)"
    }

    @Test(arguments: [0, 1, 3_000_000])
    func comesBackAsItWent(_ count: Int) throws {
        try host.found()
        let stored = try put(Self.octets(count), type: "application/sql")
        #expect(stored.record.byteCount == UInt64(count))
        #expect(stored.record.storedByteCount == (try FileSystem.status(of: path(.stream, of: stored.record)))?.size)
        let got = try get()
        #expect(got.octets == Self.octets(count))
        #expect(got.restored?.record == stored.record)
        #expect(try list().holdings.map(\.record) == [stored.record])
        #expect(try list().holdings.first?.record.contentType?.text == "application/sql")
    }

    @Test func theNewestVersionIsGivenUnlessAnotherIsNamed() throws {
        try host.found()
        let versions = try (1...3).map { try put(Self.octets(1000, seed: $0)).record.version }
        let seeds = Dictionary(uniqueKeysWithValues: zip(versions, UInt64(1)...))
        for version in versions {
            #expect(try get(version).octets == Self.octets(1000, seed: required(seeds[version])))
        }
        let newest = try #require(versions.max())
        #expect(try get().octets == Self.octets(1000, seed: required(seeds[newest])))
        #expect(try get(BackupID("20000101T000000Z-00000000")).restored == nil)
    }

    @Test func listsWhatIsBelowAName() throws {
        try host.found()
        for text in ["shop", "nightly/shop", "nightly/shop2", "nightly"] {
            _ = try put([1], as: required(ArtifactName(text)))
        }
        func names(_ name: String?) throws -> [String] { try list(name).holdings.map { "\($0.record.name)" } }
        #expect(try names(nil) == ["nightly", "nightly/shop", "nightly/shop2", "shop"])
        #expect(try names("nightly") == ["nightly", "nightly/shop", "nightly/shop2"])
        #expect(try names("nightly/shop") == ["nightly/shop"])
        #expect(try names("night") == [])
    }

    /// The record is what makes a version.
    @Test func aStreamWithoutRecordIsNoVersion() throws {
        try host.found()
        let first = try put([1]).record
        let second = try put([2]).record
        let (older, newer) = first.version < second.version ? (first, second) : (second, first)
        _ = try FileSystem.remove(path(.record, of: newer))
        #expect(try get().restored?.record == older)
        #expect(try get(newer.version).restored == nil)
        #expect(try list().holdings.map(\.record) == [older])
        _ = try FileSystem.remove(path(.stream, of: older))
        let error = #expect(throws: OperationError.self) { try get() }
        #expect(error?.code == .damaged)
    }

    @Test func aSourceThatFailsStoresNothing() throws {
        try host.found()
        let (configuration, cluster) = try host.configuration()
        let source = OctetSource(Self.octets(5_000_000)) { call throws(OperationError) in
            if call == 4 { throw fault("broken") }
        }
        let error = #expect(throws: OperationError.self) {
            try PutArtifact(configuration, cluster: cluster, environment: [:]).run(
                name, contentType: nil, from: source)
        }
        #expect(error?.cause == "broken")
        #expect(try list().holdings.isEmpty)
        #expect(try get().restored == nil)
    }

    @Test func everyRepositoryGetsBothObjects() throws {
        try host.found(["local", "second"])
        let record = try put(Self.octets(100_000), in: ["local", "second"]).record
        for object in ArtifactObject.allCases {
            let copies = try ["local", "second"].map {
                try FileSystem.readWhole(path(object, of: record, in: $0), limit: 1 << 20)
            }
            #expect(copies[0] == copies[1])
        }
        #expect(try list(in: ["local", "second"]).holdings.map(\.repositories) == [["local", "second"]])
    }

    @Test func aRequiredRepositoryThatIsGoneEndsThePut() throws {
        try host.found(["local"])
        #expect(throws: OperationError.self) { try put([1], in: ["local", "gone"]) }
        #expect(try list().holdings.isEmpty)
        let stored = try put([1], in: ["local", "gone"], bestEffort: ["gone"])
        #expect(stored.warnings.count == 1)
        #expect(stored.warnings.first?.contains("repository \"gone\" is left out") == true)
    }

    @Test func anotherRepositoryHelpsBeforeTheFirstByte() throws {
        try host.found(["local", "second"])
        let record = try put(Self.octets(3_000_000), in: ["local", "second"]).record
        _ = try FileSystem.remove(path(.stream, of: record))
        let got = try get(from: ["local", "second"])
        #expect(got.octets == Self.octets(3_000_000))
        #expect(got.restored?.warnings.count == 1)
        // One that is gone altogether is named, and is no reason to have nothing.
        #expect(try get(from: ["gone", "second"]).restored?.warnings.count == 1)
        #expect(throws: OperationError.self) { try get(from: ["gone"]) }
    }

    /// Two halves of different objects are never put together.
    @Test func noRepositoryHelpsBehindTheFirstByte() throws {
        try host.found(["local", "second"])
        let record = try put(Self.octets(3_000_000), in: ["local", "second"]).record
        let file = try Descriptor.open(path(.stream, of: record), .write)
        try file.setSize(2_500_000)
        let sink = OrderedSink()
        #expect(throws: OperationError.self) { try get(from: ["local", "second"], into: sink) }
        #expect(sink.octets == Array(Self.octets(3_000_000).prefix(sink.octets.count)))
        #expect(!sink.octets.isEmpty)
    }

    @Test func aRecordOfAStrangerIsAProblem() throws {
        try host.found()
        let record = try put([1]).record
        let forged = required(BackupID("20991231T235959Z-00000000"))
        let key = RepositoryLayout.key(of: .record, forged, of: name, in: WAL.cluster)
        let sealed = try PlainStream.seal(record.content, as: key, by: Cast.sealing(signingKey: Cast.stranger))
        try host.directory.write("repository-local/\(key)", sealed)
        let report = try list()
        #expect(report.holdings.map(\.record) == [record])
        #expect(report.problems.count == 1)
        // Somebody who can write there can hide the true ones behind it, and cannot have theirs taken for one.
        let error = #expect(throws: OperationError.self) { try get() }
        #expect(error?.code == .damaged)
        #expect(try get(record.version).octets == [1])
    }

    @Test func aRepositoryOfAnotherClusterSaysNothing() throws {
        let store = try localStore(in: host.directory)
        let place = ArtifactVersions(
            cluster: WAL.cluster, repository: WAL.repository(store), signers: [])
        let error = #expect(throws: OperationError.self) { try place.list(nil, until: .never) }
        #expect(error?.code == .configuration)
    }

    @Test func theMemoryIsASum() throws {
        let (configuration, cluster) = try host.configuration()
        let sum = try PutArtifact(configuration, cluster: cluster, environment: [:]).explainMemory()
        #expect(sum.lines.map(\.name).contains("sealed chunks"))
        #expect(sum.total < 200 << 20)
    }
}
