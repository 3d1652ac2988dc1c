package import Format

/// Whether a WAL file is the one its name says, of the cluster it is meant for.
///
/// The rules are those of `XLogReaderValidatePageHeader` (access/transam/xlogreader.c) for the first page of a segment;
/// `.partial` files begin with the same page as the segment they were to become, and have its full length.
package struct SegmentCheck: Sendable {
    /// From `pg_control` or the repository.
    package let system: SystemIdentifier
    /// Nil takes the size the file itself claims, which its length must then confirm.
    package let segmentSize: SegmentSize?

    /// How much of the file's beginning `check` needs.
    package static let headByteCount = WALPageHeader.longByteCount

    package init(system: SystemIdentifier, segmentSize: SegmentSize? = nil) {
        self.system = system
        self.segmentSize = segmentSize
    }

    /// Checks a segment file from its first bytes (at least `headByteCount`, unless it is shorter) and its length.
    ///
    /// Throws `notWAL`, `foreignByteOrder`, `wrongSystem`, `wrongSize`, `wrongPosition` or `wrongTimeline`. The order
    /// puts the most telling disagreement first: another cluster explains all the others. A `.partial` file is checked
    /// under the name of its segment; `object` is what messages call the file, the segment's name by default.
    @discardableResult
    package func check(
        head: Span<UInt8>, byteCount: UInt64, as name: SegmentName, object: String? = nil
    ) throws(PostgresError) -> WALPageHeader {
        let file = object ?? name.description
        let header = try Self.header(head, file)
        guard let long = header.long else {
            throw Self.refusal(.notWAL, file, "the first page has no long header, as every segment's must")
        }
        guard long.systemIdentifier == system else {
            throw Self.refusal(
                .wrongSystem, file, "system identifier \(long.systemIdentifier) in the file, \(system) expected",
                hint: "The file belongs to another cluster, or to this one before pg_upgrade or initdb was run.")
        }
        try checkPosition(header, name: name, size: checkSize(long, byteCount: byteCount, file), file)
        return header
    }

    /// The header, the file's length and the cluster must agree.
    private func checkSize(
        _ long: WALPageHeader.Long, byteCount: UInt64, _ file: String
    ) throws(PostgresError) -> SegmentSize {
        guard let claimed = SegmentSize(byteCount: UInt64(long.segmentByteCount)) else {
            throw Self.refusal(
                .wrongSize, file, "segment size \(long.segmentByteCount) in the file, which PostgreSQL cannot have")
        }
        if let segmentSize, segmentSize != claimed {
            throw Self.refusal(.wrongSize, file, "segment size \(claimed) in the file, \(segmentSize) expected")
        }
        guard byteCount == claimed.byteCount else {
            throw Self.refusal(
                .wrongSize, file, "\(byteCount) bytes long, \(claimed.byteCount) expected",
                hint: "Segments always have their full length; this one was cut short or has something appended.")
        }
        return claimed
    }

    private func checkPosition(
        _ header: WALPageHeader, name: SegmentName, size: SegmentSize, _ file: String
    ) throws(PostgresError) {
        guard let expected = name.firstLSN(size: size) else {
            throw Self.refusal(.wrongPosition, file, "no segment of \(size) has this name")
        }
        guard header.pageAddress == expected else {
            throw Self.refusal(
                .wrongPosition, file, "page address \(header.pageAddress) in the file, \(expected) expected",
                hint: "The file was renamed, or is a recycled segment that has not been written yet.")
        }
        // A timeline's first segment begins as a copy of its parent's up to the switch point (XLogInitNewTimeline and
        // XLogFileCopy, access/transam/xlog.c), so its first page may name an ancestor; those have smaller numbers.
        guard header.timeline <= name.timeline else {
            throw Self.refusal(
                .wrongTimeline, file, "timeline \(header.timeline) in the file, at most \(name.timeline) expected")
        }
    }

    private static func header(_ head: Span<UInt8>, _ file: String) throws(PostgresError) -> WALPageHeader {
        do {
            return try WALPageHeader(head)
        } catch {
            let code: PostgresError.Code = error.code == .foreignByteOrder ? .foreignByteOrder : .notWAL
            throw refusal(code, file, error.cause)
        }
    }

    private static func refusal(
        _ code: PostgresError.Code, _ file: String, _ cause: String, hint: String? = nil
    ) -> PostgresError {
        PostgresError(code, "check WAL file", file, cause, hint: hint)
    }
}
