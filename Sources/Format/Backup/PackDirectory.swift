/// The end of a pack, in the clear: where each of its chapters is (docs/FORMAT.md, "Packs").
///
/// Its checksum is made and compared in Codec; here it is octets at their place.
package struct PackDirectory: Equatable, Sendable {
    package struct Entry: Equatable, Sendable {
        package let offset: UInt64
        package let byteCount: UInt32

        package init(offset: UInt64, byteCount: UInt32) {
            self.offset = offset
            self.byteCount = byteCount
        }
    }

    package static let magic = Array("TRNKPACK".utf8)
    package static let entryByteCount = 12
    /// Number of chapters (u32), zero (u32), magic, checksum.
    package static let footerByteCount = 48
    package static let checksumByteCount = 32
    private static let noun = "pack directory"

    /// By the chapters' numbers, from 0.
    package let entries: [Entry]

    package init(entries: [Entry]) {
        self.entries = entries
    }

    package var byteCount: Int { entries.count * Self.entryByteCount + Self.footerByteCount }

    /// All but the checksum, which covers it.
    package func encodeChecked() -> [UInt8] {
        var writer = OctetWriter()
        for entry in entries {
            writer.long(entry.offset)
            writer.word(entry.byteCount)
        }
        writer.word(UInt32(entries.count))
        writer.word(0)
        writer.raw(Self.magic)
        return writer.octets
    }

    /// How long the directory is, from the object's last `footerByteCount` bytes.
    package static func byteCount(footer: [UInt8]) throws(FormatError) -> Int {
        guard footer.count == footerByteCount, Array(footer[8..<16]) == magic else {
            throw FormatError(.notRecognised, noun, "the object does not end as a pack does")
        }
        let count = Int(LittleEndian.uint32(footer.span, at: 0))
        guard LittleEndian.uint32(footer.span, at: 4) == 0, count <= BackupChapter.numberMax else {
            throw FormatError(.badValue, noun, "it counts \(count) chapters")
        }
        return count * entryByteCount + footerByteCount
    }

    /// Reads a directory of exactly the length that `byteCount(footer:)` told, at the end of an object of
    /// `objectByteCount` bytes, which its chapters fill without a hole.
    package static func parse(_ octets: [UInt8], objectByteCount: UInt64) throws(FormatError) -> PackDirectory {
        guard try byteCount(footer: Array(octets.suffix(footerByteCount))) == octets.count,
            UInt64(octets.count) <= objectByteCount
        else { throw FormatError(.badValue, noun, "it has another length than it tells") }
        var reader = OctetReader(Array(octets.dropLast(footerByteCount)), of: noun)
        var entries: [Entry] = []
        while reader.remaining > 0 {
            entries.append(Entry(offset: try reader.long(), byteCount: try reader.word()))
        }
        var end: UInt64 = 0
        for entry in entries.sorted(by: { $0.offset < $1.offset }) {
            guard entry.offset == end, entry.byteCount > 0 else {
                throw FormatError(.badValue, noun, "its chapters do not fill the pack")
            }
            end += UInt64(entry.byteCount)
        }
        guard end == objectByteCount - UInt64(octets.count) else {
            throw FormatError(.badValue, noun, "its chapters do not fill the pack")
        }
        return PackDirectory(entries: entries)
    }
}
