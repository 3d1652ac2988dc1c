internal import CPostgres
package import Format

/// Whether data pages carry the checksum they should, by the rules of PostgreSQL's own base backup
/// (`verify_page_checksum`, backend/backup/basebackup.c).
///
/// New pages have no checksum. A page with an LSN at or after the start of the backup may have been read while it was
/// being written; replay puts it in place whole, so it is passed over. A page that fails may have been caught half
/// written without showing it yet: PostgreSQL believes a failure only when the page fails again after it was read
/// again.
package struct PageCheck: Sendable {
    /// `BLCKSZ` of every packaged server. Other sizes need a server compiled for them, and are not checked.
    package static let pageByteCount = Int(CPOSTGRES_PAGE_BYTES)
    /// `RELSEG_SIZE`: pages of one segment file of a relation, 1 GiB.
    package static let segmentPageCount: UInt32 = 131_072

    /// Pages with this LSN or a later one are not checked.
    package let startLSN: LSN

    /// Nil for a page size that is not supported. Whether the cluster has checksums at all, the caller knows.
    package init?(pageByteCount: UInt32, startLSN: LSN) {
        guard pageByteCount == Self.pageByteCount else { return nil }
        self.startLSN = startLSN
    }

    /// The block numbers that fail, ascending; nothing is allocated when there are none.
    ///
    /// `firstBlock` is the number of the first page within its relation, all segments counted. What follows the last
    /// whole page is not looked at.
    package func failures(in pages: RawSpan, firstBlock: UInt32) -> [UInt32] {
        let count = pages.byteCount / Self.pageByteCount
        var failures: [UInt32] = []
        pages.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return }
            var page = 0
            while true {
                page = cpostgres_next_bad_page(base, count, page, firstBlock, startLSN.rawValue)
                guard page < count else { return }
                failures.append(firstBlock &+ UInt32(truncatingIfNeeded: page))
                page += 1
            }
        }
        return failures
    }
}
