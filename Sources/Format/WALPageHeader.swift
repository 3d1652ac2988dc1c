/// The header of one WAL page (`XLogPageHeaderData`, `XLogLongPageHeaderData` of access/xlog_internal.h).
///
/// The layout is that of little-endian servers with 8-byte alignment (x86-64, AArch64), where the integers are written
/// as the machine has them; a header of the other byte order is told apart and refused, not converted.
package struct WALPageHeader: Equatable, Sendable {
    /// What the first page of every segment has in addition (flag `XLP_LONG_HEADER`).
    package struct Long: Equatable, Sendable {
        package let systemIdentifier: SystemIdentifier
        /// Bytes, as written: not yet checked to be a legal segment size.
        package let segmentByteCount: UInt32
        /// `XLOG_BLCKSZ`, the bytes of one WAL page.
        package let pageByteCount: UInt32

        package init(systemIdentifier: SystemIdentifier, segmentByteCount: UInt32, pageByteCount: UInt32) {
            self.systemIdentifier = systemIdentifier
            self.segmentByteCount = segmentByteCount
            self.pageByteCount = pageByteCount
        }
    }

    /// The header's fields without the padding after them.
    package static let shortByteCount = 20
    /// `SizeOfXLogLongPHD`.
    package static let longByteCount = 40

    /// `XLP_ALL_FLAGS` of PostgreSQL 13 to 18.
    package static let knownFlags: UInt16 = 0x000F
    /// `XLP_LONG_HEADER`.
    package static let longHeaderFlag: UInt16 = 0x0002

    /// `XLOG_PAGE_MAGIC`, which changes with the WAL format of a major version.
    package let magic: UInt16
    package let flags: UInt16
    /// Timeline of the first record on the page; in a segment's first page possibly an ancestor of the file's own.
    package let timeline: TimelineID
    /// Position of the page's first byte.
    package let pageAddress: LSN
    /// Bytes that remain of a record begun on an earlier page.
    package let remainingByteCount: UInt32
    /// Nil unless the flags say that it is there.
    package let long: Long?

    /// Reads the header at the front of `bytes`.
    ///
    /// Throws `tooShort`, `foreignByteOrder`, `notRecognised` (no WAL magic), or `badValue` (flags, timeline 0).
    /// A magic of the same family as the known ones, of a version not in `WALVersion`, is accepted: archiving must
    /// not stop because a server is newer. Only its flags are then not judged.
    package init(_ bytes: Span<UInt8>) throws(FormatError) {
        guard bytes.count >= Self.shortByteCount else { throw Self.tooShort(bytes.count, Self.shortByteCount) }
        magic = LittleEndian.uint16(bytes, at: 0)
        flags = LittleEndian.uint16(bytes, at: 2)
        try Self.checkMagic(magic)
        if WALVersion.major(ofMagic: magic) != nil, flags & ~Self.knownFlags != 0 {
            throw FormatError(.badValue, Self.noun, "unknown flags 0x\(String(flags, radix: 16))")
        }
        guard let timeline = TimelineID(rawValue: LittleEndian.uint32(bytes, at: 4)) else {
            throw FormatError(.badValue, Self.noun, "timeline 0")
        }
        self.timeline = timeline
        pageAddress = LSN(rawValue: LittleEndian.uint64(bytes, at: 8))
        remainingByteCount = LittleEndian.uint32(bytes, at: 16)
        guard flags & Self.longHeaderFlag != 0 else {
            long = nil
            return
        }
        guard bytes.count >= Self.longByteCount else { throw Self.tooShort(bytes.count, Self.longByteCount) }
        long = Long(
            systemIdentifier: SystemIdentifier(rawValue: LittleEndian.uint64(bytes, at: 24)),
            segmentByteCount: LittleEndian.uint32(bytes, at: 32), pageByteCount: LittleEndian.uint32(bytes, at: 36))
    }

    /// For tests and for whoever makes WAL: a header as a server would write it.
    package init(
        magic: UInt16, flags: UInt16, timeline: TimelineID, pageAddress: LSN, remainingByteCount: UInt32, long: Long?
    ) {
        self.magic = magic
        self.flags = long == nil ? flags & ~Self.longHeaderFlag : flags | Self.longHeaderFlag
        self.timeline = timeline
        self.pageAddress = pageAddress
        self.remainingByteCount = remainingByteCount
        self.long = long
    }

    /// The header's bytes with their padding: 24, or 40 with the long part.
    package var octets: [UInt8] {
        var octets = LittleEndian.octets(magic) + LittleEndian.octets(flags) + LittleEndian.octets(timeline.rawValue)
        octets += LittleEndian.octets(pageAddress.rawValue) + LittleEndian.octets(remainingByteCount) + [0, 0, 0, 0]
        guard let long else { return octets }
        octets += LittleEndian.octets(long.systemIdentifier.rawValue)
        octets += LittleEndian.octets(long.segmentByteCount) + LittleEndian.octets(long.pageByteCount)
        return octets
    }

    private static let noun = "WAL page header"

    private static func checkMagic(_ magic: UInt16) throws(FormatError) {
        guard !WALVersion.isPlausible(magic: magic) else { return }
        let text = "0x\(String(magic, radix: 16))"
        guard !WALVersion.isPlausible(magic: magic.byteSwapped) else {
            throw FormatError(.foreignByteOrder, noun, "magic \(text) is of a server with the other byte order")
        }
        throw FormatError(.notRecognised, noun, "magic \(text) is not PostgreSQL's")
    }

    private static func tooShort(_ count: Int, _ wanted: Int) -> FormatError {
        FormatError(.tooShort, noun, "\(count) bytes, at least \(wanted) are needed")
    }
}
