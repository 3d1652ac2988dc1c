/// A name that PostgreSQL may pass to `archive_command` or `restore_command` as `%f`.
///
/// The archiver looks at names of `MIN_XFN_CHARS` (16) to `MAX_XFN_CHARS` (40) characters out of `VALID_XFN_CHARS`
/// (postmaster/pgarch.h); the kinds are those of access/xlog_internal.h. Every legal name is accepted, also one whose
/// kind is unknown, and each prints exactly as it was read.
package enum WALFileName: Hashable, Sendable, CustomStringConvertible {
    /// A complete segment.
    case segment(SegmentName)
    /// The unfinished last segment of a timeline that was left (`IsPartialXLogFileName`). Never a substitute for the
    /// segment of the same name: what follows the switch point in it is garbage.
    case partial(SegmentName)
    /// The history file of a base backup that started `offset` bytes into the segment (`BackupHistoryFileName`).
    case backupHistory(SegmentName, offset: UInt32)
    /// The history file of a timeline (`TLHistoryFileName`).
    case history(TimelineID)
    /// Any other legal name, as it stands. Made by `init` only, so that its text is legal.
    case other(Other)

    /// The text of a legal name that is of no known kind.
    package struct Other: Hashable, Sendable {
        package let text: String

        fileprivate init(text: String) {
            self.text = text
        }
    }

    /// `MIN_XFN_CHARS` and `MAX_XFN_CHARS`.
    package static let characterCounts: ClosedRange<Int> = 16...40

    /// `VALID_XFN_CHARS`; PostgreSQL spells it as a list with repetitions, and so does this.
    private static let characters = Set("0123456789ABCDEF.history.backup.partial".utf8)

    private static let partialSuffix = ".partial"
    private static let historySuffix = ".history"
    private static let backupSuffix = ".backup"

    /// Returns nil for a name that PostgreSQL's archiver would never pass.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard Self.characterCounts.contains(bytes.count) else { return nil }
        if let known = Self.known(bytes) {
            self = known
        } else if bytes.allSatisfy(Self.characters.contains) {
            self = .other(Other(text: text))
        } else {
            return nil
        }
    }

    private static func known(_ bytes: [UInt8]) -> WALFileName? {
        if let segment = SegmentName(digits: bytes) { return .segment(segment) }
        if let stem = bytes.stem(of: historySuffix) {
            return Hexadecimal.word(stem).flatMap(TimelineID.init(rawValue:)).map(WALFileName.history)
        }
        if let stem = bytes.stem(of: partialSuffix) {
            return SegmentName(digits: stem).map(WALFileName.partial)
        }
        guard let stem = bytes.stem(of: backupSuffix), stem.count == SegmentName.digitCount + 9,
            stem[SegmentName.digitCount] == UInt8(ascii: "."),
            let segment = SegmentName(digits: stem.prefix(SegmentName.digitCount)),
            let offset = Hexadecimal.word(stem.dropFirst(SegmentName.digitCount + 1))
        else { return nil }
        return .backupHistory(segment, offset: offset)
    }

    /// The timeline the name carries, nil for `other`.
    package var timeline: TimelineID? {
        switch self {
        case .segment(let segment), .partial(let segment), .backupHistory(let segment, _): segment.timeline
        case .history(let timeline): timeline
        case .other: nil
        }
    }

    /// The segment the name begins with, nil for `history` and `other`.
    package var segment: SegmentName? {
        switch self {
        case .segment(let segment), .partial(let segment), .backupHistory(let segment, _): segment
        case .history, .other: nil
        }
    }

    package var isHistory: Bool {
        if case .history = self { true } else { false }
    }

    /// True for files that begin with a WAL page header: segments, whole or partial.
    package var holdsWAL: Bool {
        switch self {
        case .segment, .partial: true
        case .backupHistory, .history, .other: false
        }
    }

    package var description: String {
        switch self {
        case .segment(let segment): segment.description
        case .partial(let segment): segment.description + Self.partialSuffix
        case .backupHistory(let segment, let offset):
            segment.description + "." + Hexadecimal.text(offset) + Self.backupSuffix
        case .history(let timeline): timeline.fileText + Self.historySuffix
        case .other(let other): other.text
        }
    }
}

// MARK: - Comparable

extension WALFileName: Comparable {
    /// The order in which PostgreSQL archives: history files first, then by text (`ready_file_comparator`,
    /// postmaster/pgarch.c). Text order is timeline, then position.
    ///
    /// A file PostgreSQL sees as a timeline history is so here too, except `00000000.history`, which nobody makes.
    package static func < (left: WALFileName, right: WALFileName) -> Bool {
        guard left.isHistory == right.isHistory else { return left.isHistory }
        if case .segment(let left) = left, case .segment(let right) = right { return left < right }
        return left.description.utf8.lexicographicallyPrecedes(right.description.utf8)
    }
}

extension [UInt8] {
    /// What stands before `suffix`, nil when the bytes do not end with it.
    fileprivate func stem(of suffix: String) -> ArraySlice<UInt8>? {
        guard count >= suffix.utf8.count, self.suffix(suffix.utf8.count).elementsEqual(suffix.utf8) else { return nil }
        return dropLast(suffix.utf8.count)
    }
}
