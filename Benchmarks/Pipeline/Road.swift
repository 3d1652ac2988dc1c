import Codec
import Format
import Operations
import Platform
import Storage

/// The way of a byte through the product, between a file and a store, with keys made for the occasion: all that this
/// program knows of Operations. Starting and joining the threads is part of the way.
struct Road {
    /// An answer that cannot be: the object just stored is missing.
    struct Lost: Error {}

    private let request: PassRequest
    private let key: ObjectKey
    private let sealParameters: SealParameters
    private let openParameters: OpenParameters

    /// What the configuration has where nobody changed it, and what `wal push` and `wal fetch` take.
    private static let partBytes = 8 << 20
    private static let parallelParts = 4
    private static let readBytes = 4 << 20
    private static let readsAhead = 3

    /// Why a request cannot be run.
    struct BadBlockSize: Error {}

    init(_ request: PassRequest, key: ObjectKey) throws {
        guard let blockSize = StreamBlockSize(byteCount: request.blockByteCount) else { throw BadBlockSize() }
        let (identity, signingKey, digestKey) = (Identity.generate(), SigningKey.generate(), DigestKey.generate())
        self.request = request
        self.key = key
        sealParameters = try SealParameters(
            layout: StreamLayout(cipher: .secretstream, compression: .zstd, blockSize: blockSize),
            recipients: [identity.recipient], signingKey: signingKey, digestKey: digestKey)
        openParameters = OpenParameters(
            identities: [identity], digestKey: digestKey, signers: [signingKey.signer])
    }

    /// Seals the file at the request's path into `store`; returns what went in.
    func seal(into store: VolatileStore) throws -> ContentSummary {
        let pipeline = try SealPipeline(
            SealSettings(
                parameters: sealParameters, level: request.level, kind: .wal, threads: request.threads, objects: 1,
                partBytes: Self.partBytes))
        let repository = Repository(
            name: "bench", isRequired: true, store: store, partBytes: Self.partBytes, parallelParts: Self.parallelParts)
        let writer = RepositoryWriter([repository], key: key, until: .never)
        let content = try pipeline.seal(FileSource(request.path), as: key, into: writer, until: .never)
        for outcome in writer.commit() { _ = try outcome.result.get() }
        return content
    }

    /// Opens the object of `store`, checks all of it and forgets the content; returns what came out.
    func open(from store: VolatileStore) throws -> ContentSummary {
        let pipeline = try OpenPipeline(
            OpenSettings(
                parameters: openParameters, threads: request.threads, objects: 1, readBytes: Self.readBytes,
                readsAhead: Self.readsAhead))
        guard let opened = try pipeline.open(key, of: store, into: NullSink(), until: .never) else { throw Lost() }
        return opened.content
    }
}
