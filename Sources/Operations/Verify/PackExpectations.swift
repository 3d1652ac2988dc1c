package import Format

/// What the manifests say about packs: where which chapter is, how long, and which codes it has.
///
/// Most manifests name the same chapters as the one before; each is kept once, in some fifty bytes.
package struct PackExpectations: Sendable {
    package struct Chapter: Equatable, Sendable {
        package let offset: UInt64
        package let sealedByteCount: UInt32
        package let contentByteCount: UInt32
        private let digest: (UInt64, UInt64, UInt64, UInt64)

        package init(_ chapter: BackupChapter) {
            offset = chapter.offset
            sealedByteCount = UInt32(chapter.sealedByteCount)
            contentByteCount = UInt32(chapter.contentByteCount)
            digest = Self.words(chapter.codesDigest)
        }

        package func hasDigest(_ octets: [UInt8]) -> Bool { Self.words(octets) == digest }

        package static func == (left: Chapter, right: Chapter) -> Bool {
            left.offset == right.offset && left.sealedByteCount == right.sealedByteCount
                && left.contentByteCount == right.contentByteCount && left.digest == right.digest
        }

        private static func words(_ octets: [UInt8]) -> (UInt64, UInt64, UInt64, UInt64) {
            func word(_ index: Int) -> UInt64 {
                octets[(8 * index)..<(8 * index + 8)].reduce(0) { $0 << 8 | UInt64($1) }
            }
            return (word(0), word(1), word(2), word(3))
        }
    }

    /// One pack as the manifests have it.
    package struct Pack: Equatable, Sendable {
        package fileprivate(set) var byteCount: UInt64
        /// By number.
        package fileprivate(set) var chapters: [Int: Chapter] = [:]
        /// Manifests that say something else than an earlier one, with what they disagree about.
        package fileprivate(set) var conflicts: [Conflict] = []
    }

    package struct Conflict: Equatable, Sendable {
        package let backup: BackupID
        package let cause: String
    }

    /// A damaged manifest may disagree about everything.
    private static let conflictsMax = 10

    private var packs: [PackID: Pack] = [:]

    package init() {}

    package subscript(pack: PackID) -> Pack? { packs[pack] }

    /// What manifests disagree about, by pack.
    package var conflicts: [(pack: PackID, conflict: Conflict)] {
        packs.sorted { $0.key < $1.key }.flatMap { pack, known in known.conflicts.map { (pack, $0) } }
    }

    /// Takes note of what a manifest says about those packs that are asked for.
    package mutating func add(_ manifest: BackupManifest, where isWanted: (PackID) -> Bool) {
        let backup = manifest.facts.id
        let wanted = manifest.packs.map { isWanted($0.id) }
        for (pack, _) in zip(manifest.packs, wanted) where isWanted(pack.id) {
            let known = packs[pack.id, default: Pack(byteCount: pack.byteCount)]
            packs[pack.id] = known
            guard known.byteCount != pack.byteCount else { continue }
            conflict(pack.id, backup, "it tells \(pack.byteCount) bytes, others tell \(known.byteCount)")
        }
        for chapter in manifest.chapters where wanted[chapter.pack] {
            let pack = manifest.packs[chapter.pack].id
            let expected = Chapter(chapter)
            let known = packs[pack]?.chapters.updateValue(expected, forKey: chapter.number)
            guard let known, known != expected else { continue }
            packs[pack]?.chapters[chapter.number] = known
            conflict(pack, backup, "it tells another chapter \(chapter.number) than others")
        }
    }

    private mutating func conflict(_ pack: PackID, _ backup: BackupID, _ cause: String) {
        guard let known = packs[pack], known.conflicts.count < Self.conflictsMax else { return }
        packs[pack]?.conflicts.append(Conflict(backup: backup, cause: cause))
    }
}
