internal import Format

/// Reads the file of a WAL summary: a block reference table (common/blkreftable.c), the same in PostgreSQL 17 and 18.
///
/// A magic number; for each relation fork its names, its shortest length, and a number of sets of 65,536 blocks, each
/// as many 16-bit words as a list of lengths says: offsets, or with the greatest length one bit for each block; an
/// entry of zeros; a CRC-32C over all of that.
package struct SummaryReader {
    /// `BLOCKREFTABLE_MAGIC` (common/blkreftable.h).
    private static let magic: UInt32 = 0x652B_137B
    private static let entryByteCount = 24
    private static let checksumByteCount = 4
    /// `MAX_ENTRIES_PER_CHUNK`: a set of this many words is one of bits.
    private static let bitWordCount = 4096
    /// 500 million changed pages between two checkpoints.
    package static let byteCountMax = 64 << 20

    private let bytes: [UInt8]
    private let object: String
    private var offset = 0

    package init(_ bytes: [UInt8], object: String) {
        self.bytes = bytes
        self.object = object
    }

    /// Adds what the summary says. Throws `badSummary`; what was added until then stays.
    package mutating func read(into changes: inout ChangedBlocks) throws(PostgresError) {
        try check()
        offset = 4
        while try readRelation(into: &changes) {}
        guard offset == bytes.count - Self.checksumByteCount else { throw refusal("there is something behind its end") }
    }

    private func check() throws(PostgresError) {
        guard bytes.count >= 4 + Self.entryByteCount + Self.checksumByteCount else {
            throw refusal("\(bytes.count) bytes are no summary")
        }
        guard word(0) == Self.magic else {
            throw refusal("magic number \(String(word(0), radix: 16)), \(String(Self.magic, radix: 16)) expected")
        }
        let end = bytes.count - Self.checksumByteCount
        let actual = ControlChecksum.of(bytes.span, count: end)
        guard actual == word(end) else {
            throw refusal(
                "checksum \(String(actual, radix: 16)) of its bytes, \(String(word(end), radix: 16)) expected")
        }
    }

    /// False at the entry of zeros.
    private mutating func readRelation(into changes: inout ChangedBlocks) throws(PostgresError) -> Bool {
        let entry = try take(Self.entryByteCount)
        let fields = (0..<6).map { word(entry + $0 * 4) }
        guard fields.contains(where: { $0 != 0 }) else { return false }
        guard let number = UInt8(exactly: fields[3]), let fork = RelationFile.Fork(rawValue: number) else {
            throw refusal("there is no fork \(fields[3])")
        }
        let file = RelationFile(tablespace: fields[0], database: fields[1], number: fields[2], fork: fork)
        if file.number == 0 { changes.noteDatabase(tablespace: file.tablespace, database: file.database) }
        changes.note(file, limit: fields[4])
        // No sum of lengths can overflow once the bytes of the lengths are there.
        let count = Int(fields[5])
        let lengths = try take(count * 2)
        for set in 0..<count {
            let length = Int(short(lengths + set * 2))
            guard length > 0 else { continue }
            try readSet(UInt32(set), of: file, length: length, into: &changes)
        }
        return true
    }

    private mutating func readSet(
        _ set: UInt32, of file: RelationFile, length: Int, into changes: inout ChangedBlocks
    ) throws(PostgresError) {
        guard length <= Self.bitWordCount else { throw refusal("a set of blocks has \(length) words") }
        let start = try take(length * 2)
        if length == Self.bitWordCount {
            let words = (0..<length / 4).map { LittleEndian.uint64(bytes.span, at: start + $0 * 8) }
            changes.note(file, set: set, bits: words)
        } else {
            changes.note(file, set: set, offsets: (0..<length).map { short(start + $0 * 2) })
        }
    }

    /// Passes `count` bytes and gives where they begin.
    private mutating func take(_ count: Int) throws(PostgresError) -> Int {
        guard count <= bytes.count - Self.checksumByteCount - offset else { throw refusal("it ends too early") }
        defer { offset += count }
        return offset
    }

    private func word(_ offset: Int) -> UInt32 { LittleEndian.uint32(bytes.span, at: offset) }

    private func short(_ offset: Int) -> UInt16 { LittleEndian.uint16(bytes.span, at: offset) }

    private func refusal(_ cause: String) -> PostgresError {
        PostgresError(.badSummary, "read WAL summary", object, cause)
    }
}
