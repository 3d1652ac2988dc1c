import Codec
import Format
import Platform
import Storage
import Stream

/// Reads whole packs: the directory, and every chapter it tells of. One is used by one thread.
///
/// A chapter is compared with what the manifests say of it. One that none names is opened all the same: a later backup
/// may refer to it.
final class PackCheck {
    private let cluster: ClusterName
    private let store: any Store
    private let level: VerifyLevel
    private let chapters: ChapterReader
    private let progress: any ProgressObserver

    /// Enough to find what is wrong; a pack full of damage needs no list.
    private static let causesMax = 5
    /// Enough for the directory of any pack that is not made of crumbs: five thousand chapters.
    private static let tailBytes = 64 << 10

    init(
        _ cluster: ClusterName, _ store: any Store, level: VerifyLevel, parameters: OpenParameters,
        progress: any ProgressObserver
    ) {
        self.cluster = cluster
        self.store = store
        self.level = level
        self.progress = progress
        chapters = ChapterReader(cluster, parameters)
    }

    /// Everything that is wrong with the pack, as one cause; nil when nothing is. `missing` when the store has no such
    /// pack.
    func run(
        _ pack: PackID, byteCount: UInt64, _ expected: PackExpectations.Pack?
    ) throws(OperationError) -> CheckOutcome {
        let key = RepositoryLayout.key(of: pack, in: cluster)
        var causes = Causes()
        if let expected, expected.byteCount != byteCount {
            causes.add("it has \(byteCount) bytes, \(expected.byteCount) by the manifest")
        }
        var entries = Self.entries(expected)
        switch try directory(key) {
        case .missing: return .missing
        case .damaged(let cause): causes.add(cause)
        case .found(let directory): entries = Self.entries(directory)
        }
        causes.add(Self.disagreements(entries, expected))
        if level == .content {
            try open(entries, pack, key, expected, &causes)
        } else {
            try look(entries, key, &causes)
        }
        return causes.text.map { .damaged($0) } ?? .right
    }

    private struct Entry {
        let number: Int
        let offset: UInt64
        let byteCount: Int
    }

    private static func entries(_ directory: PackDirectory) -> [Entry] {
        directory.entries.enumerated()
            .map { Entry(number: $0.offset, offset: $0.element.offset, byteCount: Int($0.element.byteCount)) }
            .sorted { $0.offset < $1.offset }
    }

    /// Where the directory cannot be read, what the manifests say.
    private static func entries(_ expected: PackExpectations.Pack?) -> [Entry] {
        (expected?.chapters ?? [:])
            .map { Entry(number: $0.key, offset: $0.value.offset, byteCount: Int($0.value.sealedByteCount)) }
            .sorted { $0.offset < $1.offset }
    }

    private static func disagreements(_ entries: [Entry], _ expected: PackExpectations.Pack?) -> [String] {
        guard let expected else { return [] }
        let present = Dictionary(entries.map { ($0.number, $0) }, uniquingKeysWith: { first, _ in first })
        return expected.chapters.sorted { $0.key < $1.key }.compactMap { number, chapter in
            guard let entry = present[number] else { return "chapter \(number) is not in it" }
            guard entry.offset != chapter.offset || entry.byteCount != Int(chapter.sealedByteCount) else { return nil }
            return "chapter \(number) is elsewhere than the manifest says"
        }
    }

    private enum Directory {
        case found(PackDirectory)
        case missing
        case damaged(String)
    }

    private func directory(_ key: ObjectKey) throws(OperationError) -> Directory {
        var tailBytes = Self.tailBytes
        while true {
            guard let (tail, total) = try tail(key, tailBytes) else { return .missing }
            do throws(FormatError) {
                let byteCount = try PackDirectory.byteCount(footer: tail.suffix(PackDirectory.footerByteCount))
                guard byteCount > tail.count, tail.count == tailBytes else {
                    return .found(
                        try PackDirectory.read(Array(tail.suffix(byteCount)), objectByteCount: total))
                }
                tailBytes = byteCount
            } catch {
                return .damaged("\(error)")
            }
        }
    }

    private func tail(
        _ key: ObjectKey, _ byteCount: Int
    ) throws(OperationError) -> (octets: [UInt8], total: UInt64)? {
        var tail = Block(capacity: byteCount)
        do throws(StoreError) {
            guard case .found(let total) = try store.readTail(key, into: &tail, until: .never) else { return nil }
            return (tail.withBytes { $0.octets(first: $0.byteCount) }, total)
        } catch {
            throw OperationError(error)
        }
    }

    // MARK: - Content

    private func open(
        _ entries: [Entry], _ pack: PackID, _ key: ObjectKey, _ expected: PackExpectations.Pack?,
        _ causes: inout Causes
    ) throws(OperationError) {
        var rest = entries[...]
        while let first = rest.first {
            guard first.byteCount <= BackupChapter.sealedBytesMax else {
                causes.add("chapter \(first.number) has \(first.byteCount) bytes, which none can have")
                rest.removeFirst()
                continue
            }
            let together = Self.together(rest)
            rest = rest.dropFirst(together.count)
            let bytes = try read(together, key)
            guard let bytes else { return causes.add("it has vanished while it was read") }
            for entry in together {
                let start = Int(entry.offset - first.offset)
                guard start + entry.byteCount <= bytes.count else {
                    causes.add("chapter \(entry.number) ends beyond the pack")
                    continue
                }
                let cause = bytes.withBytes { bytes in
                    open(entry, pack, key, bytes.extracting(start..<start + entry.byteCount), expected)
                }
                if let cause { causes.add("chapter \(entry.number): \(cause)") }
            }
            progress.advance(UInt64(bytes.count))
        }
    }

    /// As many entries as lie next to each other and fit into one read.
    private static func together(_ entries: ArraySlice<Entry>) -> ArraySlice<Entry> {
        var end = entries.first.map(\.offset) ?? 0
        var byteCount = 0
        let run = entries.prefix { entry in
            guard entry.offset == end, byteCount + entry.byteCount <= FetchPlan.readBytesMax else { return false }
            end += UInt64(entry.byteCount)
            byteCount += entry.byteCount
            return true
        }
        return run.isEmpty ? entries.prefix(1) : run
    }

    private func read(_ entries: ArraySlice<Entry>, _ key: ObjectKey) throws(OperationError) -> FrozenBlock? {
        let byteCount = entries.reduce(0) { $0 + $1.byteCount }
        var block = Block(capacity: max(byteCount, 1))
        do throws(StoreError) {
            let offset = entries.first.map(\.offset) ?? 0
            guard case .found = try store.read(key, from: offset, into: &block, until: .never) else { return nil }
            return FrozenBlock(freezing: block, pool: nil)
        } catch {
            throw OperationError(error)
        }
    }

    /// What is wrong with a chapter, nil when it is right.
    private func open(
        _ entry: Entry, _ pack: PackID, _ key: ObjectKey, _ sealed: RawSpan, _ expected: PackExpectations.Pack?
    ) -> String? {
        let tail = sealed.extracting(last: StreamTrailer.byteCount)
        let octets = tail.octets(first: tail.byteCount)
        guard let trailer = try? StreamTrailer.parse(octets.span),
            trailer.contentByteCount <= UInt64(BackupChapter.contentBytesMax)
        else { return "it has no trailer" }
        let found = BackupChapter(
            pack: 0, number: entry.number, offset: entry.offset, sealedByteCount: entry.byteCount,
            contentByteCount: Int(trailer.contentByteCount), codesDigest: trailer.tagsDigest)
        do throws(OperationError) {
            try chapters.read(found, of: pack, sealed) { (_, _) throws(OperationError) in }
        } catch {
            return error.code == .foreignKey ? "none of the identities at hand opens it" : error.cause
        }
        guard let wanted = expected?.chapters[entry.number] else { return nil }
        guard wanted.hasDigest(found.codesDigest), Int(wanted.contentByteCount) == found.contentByteCount else {
            return "this is another chapter than the one that the manifest means"
        }
        return nil
    }

    // MARK: - Structure

    /// Looks at every chapter's trailer alone.
    private func look(_ entries: [Entry], _ key: ObjectKey, _ causes: inout Causes) throws(OperationError) {
        for entry in entries {
            guard entry.byteCount >= StreamTrailer.byteCount else {
                causes.add("chapter \(entry.number) has \(entry.byteCount) bytes, which none can have")
                continue
            }
            var tail = Block(capacity: StreamTrailer.byteCount)
            let offset = entry.offset + UInt64(entry.byteCount - StreamTrailer.byteCount)
            do throws(StoreError) {
                guard case .found = try store.read(key, from: offset, into: &tail, until: .never) else {
                    return causes.add("it has vanished while it was read")
                }
            } catch {
                throw OperationError(error)
            }
            progress.advance(UInt64(tail.count))
            let name = RepositoryLayout.chapterName(entry.number, of: key)
            do throws(CodecError) {
                _ = try tail.withOctets { (octets) throws(CodecError) in
                    try TrailerReading(octets, objectByteCount: UInt64(entry.byteCount), name: name)
                }
            } catch {
                causes.add("chapter \(entry.number): \(error.cause)")
            }
        }
    }

    /// What is wrong, up to a bound.
    private struct Causes {
        private var all: [String] = []
        private var moreCount = 0

        mutating func add(_ cause: String) {
            guard !all.contains(cause) else { return }
            if all.count < PackCheck.causesMax { all.append(cause) } else { moreCount += 1 }
        }

        mutating func add(_ causes: [String]) { for cause in causes { add(cause) } }

        var text: String? {
            guard !all.isEmpty else { return nil }
            return (all + (moreCount > 0 ? ["and \(moreCount) more"] : [])).joined(separator: "; ")
        }
    }
}
