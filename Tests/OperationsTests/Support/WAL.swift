import Codec
import Format
import Operations
import Platform
import Storage
import Stream
import TestSupport

@testable import Operations

/// Names, segments and places of one made-up cluster, with segments of the smallest size.
enum WAL {
    static let system = SystemIdentifier(rawValue: 7_710_444_046_919_316)
    static let cluster = required(ClusterName("main"))
    static let size = required(SegmentSize(byteCount: 1 << 20))
    static let first = required(SegmentName("000000010000000000000002"))
    /// `XLOG_PAGE_MAGIC` of PostgreSQL 15.
    private static let magic: UInt16 = 0xD110

    static func name(_ text: String) -> WALFileName { required(WALFileName(text)) }

    /// `first` and those behind it.
    static func segments(_ count: Int, from start: SegmentName = first) -> [SegmentName] {
        var names = [start]
        while names.count < count { names.append(required(names[names.count - 1].next(size: size))) }
        return names
    }

    /// A segment's bytes, as long and with such a first page as its name says, or as the parameters make it differ.
    static func octets(
        _ name: SegmentName, system: SystemIdentifier = system, timeline: TimelineID? = nil, address: LSN? = nil,
        size: SegmentSize = size, seed: UInt64 = 1
    ) -> [UInt8] {
        let header = WALPageHeader(
            magic: magic, flags: 6, timeline: timeline ?? name.timeline,
            pageAddress: address ?? required(name.firstLSN(size: size)), remainingByteCount: 0,
            long: .init(
                systemIdentifier: system, segmentByteCount: UInt32(size.byteCount), pageByteCount: 8192)
        ).octets
        var random = SeededRandom(seed: seed, name: "\(name)")
        let noise = random.octets(100_000)
        return header + noise + Array(repeating: 0, count: Int(size.byteCount) - header.count - noise.count)
    }

    static func key(_ name: SegmentName) -> ObjectKey { key(.segment(name)) }
    static func key(_ name: WALFileName) -> ObjectKey { RepositoryLayout.key(of: name, in: cluster, system) }
    static var systemKey: ObjectKey { RepositoryLayout.key(of: system, in: cluster) }

    static func repository(
        _ store: any Store, _ name: String = "test", isRequired: Bool = true, partBytes: Int = 200_000
    ) -> Repository {
        Repository(name: name, isRequired: isRequired, store: store, partBytes: partBytes, parallelParts: 2)
    }

    /// A store that has been told about the system.
    static func founded(_ name: String = "memory") -> MemoryStore {
        let store = MemoryStore(name)
        store.plant([], at: systemKey)
        return store
    }

    /// Seals `octets` into a store, under a key of any name.
    static func store(
        _ octets: [UInt8], as key: ObjectKey, in store: any Store, _ parameters: SealParameters? = nil
    ) throws {
        let writer = RepositoryWriter([repository(store)], key: key, until: .never)
        _ = try Cast.sealPipeline(parameters).seal(OctetSource(octets), as: key, into: writer, until: .never)
        for outcome in writer.commit() { _ = try outcome.result.get() }
    }

    static func target(
        _ repositories: [Repository], digestKey: DigestKey? = Cast.digestKey, identities: [Identity] = []
    ) throws -> ArchiveTarget {
        let comparison = ContentComparison(signers: [Cast.host.signer]) { () throws(OperationError) in
            do {
                return try Cast.openPipeline(identities, digestKey: digestKey)
            } catch {
                throw error as? OperationError ?? fault("\(error)")
            }
        }
        return ArchiveTarget(
            cluster: cluster, system: system, segmentSize: size, repositories: repositories,
            pipeline: try Cast.sealPipeline(Cast.sealing(digestKey: digestKey)), comparison: comparison)
    }

    static func source(_ repositories: [Repository], identities: [Identity] = [Cast.alice]) throws -> WALSource {
        WALSource(
            cluster: cluster, system: system, segmentSize: size, repositories: repositories,
            pipeline: try Cast.openPipeline(identities, objects: Prefetcher.lanesMax))
    }
}

/// What a test knows to be there.
func required<Value>(_ value: Value?, line: Int = #line) -> Value {
    guard let value else { preconditionFailure("line \(line): there is no value") }
    return value
}

extension TemporaryDirectory {
    /// Writes a file below the directory, making the directories on the way; returns its path.
    @discardableResult
    func write(_ name: String, _ octets: [UInt8]) throws -> String {
        let file = "\(path)/\(name)"
        if let parent = FileSystem.parent(of: file) {
            try FileSystem.createDirectory(parent, permissions: 0o700, parents: true)
        }
        let descriptor = try Descriptor.open(file, .truncate)
        try descriptor.write(octets.span.bytes)
        return file
    }

    /// The names in it, in order.
    func names(below name: String = "") throws -> [String] {
        try FileSystem.list(name.isEmpty ? path : "\(path)/\(name)").sorted()
    }

    func octets(of name: String) throws -> [UInt8]? {
        let file = "\(path)/\(name)"
        guard try FileSystem.status(of: file) != nil else { return nil }
        return try FileSystem.readWhole(file, limit: 64 << 20)
    }
}

/// Waits until `condition` holds, for as long as no test should take.
func eventually(_ condition: () throws -> Bool) rethrows -> Bool {
    let deadline = Deadline.after(seconds: 60)
    while !deadline.hasPassed {
        if try condition() { return true }
        Clock.sleep(seconds: 0.002)
    }
    return try condition()
}
