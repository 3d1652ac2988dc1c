/// The name of a WAL segment file: timeline, log and segment, eight upper-case hexadecimal digits each.
///
/// A name alone does not say how large the segment is; what depends on the size takes a `SegmentSize`. A name whose
/// last part is too large for the size belongs to no position of such a cluster: those calls then return nil.
package struct SegmentName: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// `XLOG_FNAME_LEN` of access/xlog_internal.h.
    package static let digitCount = 24

    package let timeline: TimelineID
    /// The position's upper 32 bits.
    package let log: UInt32
    /// Counts from 0 to `segmentsPerLog - 1` within a log.
    package let segment: UInt32

    package init(timeline: TimelineID, log: UInt32, segment: UInt32) {
        self.timeline = timeline
        self.log = log
        self.segment = segment
    }

    /// Reads exactly 24 digits; nil for anything else and for timeline 0.
    package init?(_ text: String) {
        self.init(digits: text.utf8)
    }

    init?(digits: some Collection<UInt8>) {
        guard digits.count == Self.digitCount,
            let timeline = Hexadecimal.word(digits.prefix(8)).flatMap(TimelineID.init(rawValue:)),
            let log = Hexadecimal.word(digits.dropFirst(8).prefix(8)),
            let segment = Hexadecimal.word(digits.dropFirst(16))
        else { return nil }
        self.init(timeline: timeline, log: log, segment: segment)
    }

    /// The segment with this number on `timeline`; nil beyond the last one that a 64-bit LSN can name.
    package init?(timeline: TimelineID, number: UInt64, size: SegmentSize) {
        guard number <= size.lastNumber else { return nil }
        let perLog = UInt64(size.segmentsPerLog)
        self.init(
            timeline: timeline, log: UInt32(truncatingIfNeeded: number / perLog),
            segment: UInt32(truncatingIfNeeded: number % perLog))
    }

    /// The segment that holds the byte at `position` (`XLByteToSeg`).
    package init(timeline: TimelineID, containing position: LSN, size: SegmentSize) {
        let number = size.number(containing: position)
        let perLog = UInt64(size.segmentsPerLog)
        self.init(
            timeline: timeline, log: UInt32(truncatingIfNeeded: number / perLog),
            segment: UInt32(truncatingIfNeeded: number % perLog))
    }

    /// Counts all segments from LSN 0 on (`XLogFromFileName`).
    package func number(size: SegmentSize) -> UInt64? {
        guard segment < size.segmentsPerLog else { return nil }
        return UInt64(log) * UInt64(size.segmentsPerLog) + UInt64(segment)
    }

    /// The position of the segment's first byte.
    package func firstLSN(size: SegmentSize) -> LSN? {
        number(size: size).map { LSN(rawValue: $0 * size.byteCount) }
    }

    /// The segment after this one on the same timeline; nil at the end of the LSN's range.
    package func next(size: SegmentSize) -> SegmentName? {
        number(size: size).flatMap { SegmentName(timeline: timeline, number: $0 + 1, size: size) }
    }

    /// The segment before this one on the same timeline; nil before the first.
    package func previous(size: SegmentSize) -> SegmentName? {
        guard let number = number(size: size), number > 0 else { return nil }
        return SegmentName(timeline: timeline, number: number - 1, size: size)
    }

    /// The segment of the same position on another timeline.
    package func on(_ timeline: TimelineID) -> SegmentName {
        SegmentName(timeline: timeline, log: log, segment: segment)
    }

    package var description: String { timeline.fileText + Hexadecimal.text(log) + Hexadecimal.text(segment) }

    /// By timeline, then position: the order of the names' texts too.
    package static func < (left: SegmentName, right: SegmentName) -> Bool {
        (left.timeline, left.log, left.segment) < (right.timeline, right.log, right.segment)
    }
}
