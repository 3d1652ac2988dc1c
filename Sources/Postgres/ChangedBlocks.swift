/// Which pages of which relations the WAL of a stretch changed, put together from summaries.
///
/// The rules are those of `GetFileBackupMethod` (backend/backup/basebackup_incremental.c), and stricter in two places:
/// visibility maps are never trusted, and every page at or beyond the shortest length a relation had counts as changed,
/// whether a record names it or not, because extending a relation by empty pages is not logged.
package struct ChangedBlocks: Sendable {
    /// What to do with one segment file.
    package enum Change: Equatable, Sendable {
        /// Its pages are those of the older backup.
        case unchanged
        /// Nothing is known: it has to be read as a whole.
        case everything
        /// These pages, counted from the beginning of the segment, ascending; the rest are those of the older backup.
        case blocks([UInt32])
    }

    /// 500 million pages that lie together, 30 million of those that do not.
    package static let bytesMax = 64 << 20
    /// A dictionary's entry with key and counters, and the head of an array.
    private static let entryBytes = 128
    /// If more than this share of a segment is to be read, it is read as a whole, as PostgreSQL does: one long read is
    /// faster than many short ones.
    private static let percentMax = 90

    private struct Key: Hashable {
        let tablespace: UInt32
        let database: UInt32
        let number: UInt32
        let fork: RelationFile.Fork
    }

    private struct Database: Hashable {
        let tablespace: UInt32
        let oid: UInt32
    }

    private struct Relation {
        /// The shortest length it had, in blocks; `UInt32.max` when it was never cut.
        var limit = UInt32.max
        /// Which number times 65,536 a set begins with.
        var sets: [UInt32: BlockSet] = [:]
        /// Given up for want of room.
        var isEverything = false
    }

    private var relations: [Key: Relation] = [:]
    private var databases: Set<Database> = []
    /// No room even for names: everything of every relation.
    private var isOverflowing = false
    private let bytesMax: Int

    /// Room in use, without what collections keep in reserve: at most as much again.
    package private(set) var byteCount = 0

    package init(bytesMax: Int = bytesMax) {
        self.bytesMax = bytesMax
    }

    /// What became of a segment file that has `pageCount` pages now and had `basePageCount` when the older backup,
    /// at whose start the stretch of WAL begins, was made.
    ///
    /// A file that the older backup lacks must not be asked for, nor one whose length is no multiple of the page size:
    /// both have to be read whole.
    package func change(of file: RelationFile, pageCount: UInt32, basePageCount: UInt32) -> Change {
        guard !isOverflowing, let first = file.firstBlock, pageCount <= PageCheck.segmentPageCount else {
            return .everything
        }
        // Free space is not logged. Bits of the visibility map are cleared by records that do not name its page, up to
        // PostgreSQL 18, so that summaries miss it.
        guard file.fork == .main || file.fork == .initial else { return .everything }
        guard !databases.contains(Database(tablespace: file.tablespace, oid: file.database)) else { return .everything }
        let key = Key(
            tablespace: file.tablespace, database: file.database, number: file.number, fork: file.fork)
        let relation = relations[key] ?? Relation()
        guard !relation.isEverything, relation.limit > first else { return .everything }
        let known = min(relation.limit - first, basePageCount, pageCount)
        var blocks = Self.blocks(of: relation, from: first, count: known)
        blocks += known..<pageCount
        guard !blocks.isEmpty else { return .unchanged }
        guard blocks.count * 100 <= Int(pageCount) * Self.percentMax else { return .everything }
        return .blocks(blocks)
    }

    /// Blocks from `first` to before `first + count`, counted from `first`, which begins a set.
    private static func blocks(of relation: Relation, from first: UInt32, count: UInt32) -> [UInt32] {
        var blocks: [UInt32] = []
        var begin: UInt32 = 0
        while begin < count {
            if let set = relation.sets[(first + begin) / BlockSet.blockCount] {
                blocks += set.offsets.lazy.map { begin + UInt32($0) }.filter { $0 < count }
            }
            begin += BlockSet.blockCount
        }
        return blocks
    }
}

// MARK: - Filling

extension ChangedBlocks {
    /// A database that was made, or dropped, as a whole: a copy of files that no record names.
    package mutating func noteDatabase(tablespace: UInt32, database: UInt32) {
        guard databases.insert(Database(tablespace: tablespace, oid: database)).inserted else { return }
        spend(Self.entryBytes)
    }

    /// A relation fork that a summary names, with the shortest length it had. The segment does not matter.
    package mutating func note(_ file: RelationFile, limit: UInt32) {
        edit(file) { $0.limit = min($0.limit, limit) }
    }

    /// Blocks of a fork, counted from `set` times 65,536.
    package mutating func note(_ file: RelationFile, set: UInt32, offsets: [UInt16]) {
        edit(file) { $0.sets[set, default: .list([])].insert(offsets) }
    }

    /// The same with a bit for each block.
    package mutating func note(_ file: RelationFile, set: UInt32, bits: [UInt64]) {
        edit(file) { $0.sets[set, default: .list([])].unite(bits) }
    }

    /// Changes what is known of a fork, and its account; gives the fork up when there is no room left.
    private mutating func edit(_ file: RelationFile, _ body: (inout Relation) -> Void) {
        guard !isOverflowing, file.fork == .main || file.fork == .initial else { return }
        let key = Key(
            tablespace: file.tablespace, database: file.database, number: file.number, fork: file.fork)
        // Taken out and put back, so that what is in it is changed in place.
        let old = relations.removeValue(forKey: key)
        guard old?.isEverything != true else {
            relations[key] = old
            return
        }
        let before = old.map(Self.cost) ?? 0
        var relation = old ?? Relation()
        body(&relation)
        if byteCount - before + Self.cost(relation) > bytesMax {
            relation.sets = [:]
            relation.isEverything = true
        }
        let after = Self.cost(relation)
        relations[key] = relation
        byteCount -= before
        spend(after)
    }

    private mutating func spend(_ count: Int) {
        byteCount += count
        guard byteCount > bytesMax else { return }
        isOverflowing = true
        relations = [:]
        databases = []
        byteCount = 0
    }

    private static func cost(_ relation: Relation) -> Int {
        entryBytes + relation.sets.values.reduce(0) { $0 + entryBytes + $1.byteCount }
    }
}
