/// The size of a cluster's WAL segment files (`wal_segment_size`, fixed by `initdb`).
package struct SegmentSize: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// `WalSegMinSize` and `WalSegMaxSize` of access/xlog_internal.h.
    package static let byteCounts: ClosedRange<UInt64> = 1_048_576...1_073_741_824

    /// 16 MiB, what `initdb` takes unless told otherwise.
    package static let standard = SegmentSize(unchecked: 16_777_216)

    /// A power of two within `byteCounts`.
    package let byteCount: UInt64

    /// Returns nil for what PostgreSQL's `IsValidWalSegSize` refuses.
    package init?(byteCount: UInt64) {
        guard Self.byteCounts.contains(byteCount), byteCount.nonzeroBitCount == 1 else { return nil }
        self.byteCount = byteCount
    }

    private init(unchecked byteCount: UInt64) {
        self.byteCount = byteCount
    }

    /// Segments in one "log" of 4 GiB, the middle part of a segment's name (`XLogSegmentsPerXLogId`): 4…4,096.
    package var segmentsPerLog: UInt32 { UInt32(truncatingIfNeeded: (1 << 32) / byteCount) }

    /// The number of the last segment that a 64-bit LSN can name.
    package var lastNumber: UInt64 { UInt64.max / byteCount }

    /// The number of the segment that holds `position` (`XLByteToSeg`).
    package func number(containing position: LSN) -> UInt64 { position.rawValue / byteCount }

    package var description: String { "\(byteCount / 1_048_576) MiB" }

    package static func < (left: SegmentSize, right: SegmentSize) -> Bool { left.byteCount < right.byteCount }
}
