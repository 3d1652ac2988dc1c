import Codec
import Format
import Operations
import Platform
import Storage
import TestSupport
import Testing

@testable import Operations

/// Streams much longer than what the pool of chunks holds.
@Suite struct ArtifactUploadTests {
    private let name = required(ArtifactName("long"))
    private let version = required(BackupID("20261125T143000Z-3f9a2c1d"))

    /// A store of few and short parts.
    private static func store(parts: Int, equal: Bool = false) -> MemoryStore {
        var capabilities = MemoryStore.smallCapabilities
        capabilities.maximumParts = parts
        capabilities.equalParts = equal
        capabilities.singlePutBytesMax = 4 << 20
        return MemoryStore("\(parts) parts", capabilities: capabilities)
    }

    private func upload(
        _ stores: [any Store], objectBytes: UInt64, byteCount: Int, slowly: Bool = false
    ) throws -> (record: ArtifactRecord, poolBytes: Int, longestPart: Int) {
        let repositories = stores.enumerated().map { WAL.repository($0.element, "\($0.offset)", partBytes: 100_000) }
        let longest = required(repositories.map { $0.schedule(objectBytes: objectBytes).partBytes }.max())
        let settings = try Cast.sealSettings(objects: 1, partBytes: 2 * longest)
        var sum = MemorySum()
        SealPipeline.explainMemory(settings, into: &sum)
        let upload = ArtifactUpload(
            cluster: WAL.cluster, repositories: repositories, pipeline: try SealPipeline(settings),
            parameters: settings.parameters,
            comparison: ContentComparison(signers: []) { () throws(OperationError) in throw fault("no comparison") },
            streamBytesMax: objectBytes)
        var warnings: [String] = []
        let record = try upload.run(name, version, nil, from: EndlessSource(byteCount: byteCount), &warnings)
        return (record, required(sum.lines.last).total, longest)
    }

    @Test(arguments: [(50, 30), (200, 60), (1000, 60)])
    func aStreamMuchLongerThanThePoolFits(_ parts: Int, _ mebibytes: Int) throws {
        let store = Self.store(parts: parts)
        let byteCount = mebibytes << 20
        let done = try upload([store], objectBytes: UInt64(byteCount + (1 << 20)), byteCount: byteCount)
        #expect(done.record.byteCount == UInt64(byteCount))
        #expect(done.poolBytes < byteCount / 4, "the pool holds \(done.poolBytes) bytes")
        let key = RepositoryLayout.key(of: .stream, version, of: name, in: WAL.cluster)
        #expect(store.octets(of: key)?.count == Int(done.record.storedByteCount))
        #expect(store.uploadsInProgress == 0)
    }

    /// Their parts end in different places, and one of them is slower than the other.
    @Test func repositoriesOfDifferentPartsShareThePool() throws {
        let slow = InFlightStore(Self.store(parts: 60, equal: true)) { _ throws(StoreError) in
            Clock.sleep(seconds: 0.005)
        }
        let stores: [any Store] = [Self.store(parts: .max), slow, Self.store(parts: 333)]
        let done = try upload(stores, objectBytes: 25 << 20, byteCount: 24 << 20)
        #expect(done.poolBytes < 6 << 20)
    }

    /// What is longer than that is refused by the store, and no thread waits for ever.
    @Test func aStreamThatIsTooLongIsAnError() throws {
        let store = Self.store(parts: 20)
        let error = #expect(throws: OperationError.self) {
            try upload([store], objectBytes: 10 << 20, byteCount: 30 << 20)
        }
        #expect(error?.cause.contains("takes no more parts") == true)
        #expect(store.uploadsInProgress == 0)
        let record = RepositoryLayout.key(of: .record, version, of: name, in: WAL.cluster)
        #expect(store.octets(of: record) == nil)
    }

    /// What the real limits come to: docs/CONFIGURATION.md says so.
    @Test func theLongestStreamOfS3() {
        let s3 = Capabilities(
            conditionalCreate: true, conditionalComplete: true, checksums: true, minimumPartBytes: 5 << 20,
            maximumParts: 10_000, equalParts: false, singlePutBytesMax: 5 << 30)
        let store = MemoryStore("s3", capabilities: s3)
        let repository = Repository(
            name: "s3", isRequired: true, store: store, partBytes: 16 << 20, parallelParts: 4)
        let schedule = repository.schedule(objectBytes: PutArtifact.streamBytesMax)
        #expect(schedule.partBytes == 64 << 20)
        #expect(schedule.longestPartBytes(objectBytes: .max) == 64 << 20)
        #expect(10_000 * UInt64(schedule.partBytes) >= 500 << 30)
    }
}
