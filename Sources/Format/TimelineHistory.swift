/// What a timeline's history file says: the timelines it descends from, and where each was left.
///
/// The rules are those of `readTimeLineHistory` (access/transam/timeline.c). Stricter on purpose, where no server ever
/// writes such a thing and a damaged file might: zero bytes, lines PostgreSQL's buffer would cut (1,024 bytes), numbers
/// with a sign or a `0x` prefix, timeline 0 and numbers that would wrap.
package struct TimelineHistory: Equatable, Sendable {
    /// One ancestor and the position at which its child begins.
    package struct Ancestor: Equatable, Sendable {
        package let timeline: TimelineID
        /// The first position that no longer belongs to this timeline.
        package let switchPoint: LSN
        /// Free text after the position, for people; empty when there is none.
        package let reason: String

        package init(timeline: TimelineID, switchPoint: LSN, reason: String) {
            self.timeline = timeline
            self.switchPoint = switchPoint
            self.reason = reason
        }
    }

    /// A stretch of the history: from `begin` (nil: from the beginning) to before `end` (nil: still open).
    package struct Stretch: Equatable, Sendable {
        package let timeline: TimelineID
        package let begin: LSN?
        package let end: LSN?
    }

    /// Some 10,000 switches; PostgreSQL has no bound of its own.
    package static let byteCountMax = 1_048_576

    /// PostgreSQL reads lines into a buffer of `MAXPGPATH` bytes, one of them for the final zero.
    package static let lineByteCountMax = 1_023

    /// The timeline the file is named after.
    package let timeline: TimelineID
    /// Oldest first, with strictly ascending numbers, all less than `timeline`.
    package let ancestors: [Ancestor]

    /// A timeline without parents, such as the first one, which never has a history file.
    package init(root timeline: TimelineID) {
        self.timeline = timeline
        ancestors = []
    }

    /// Reads the content of `<timeline>.history`.
    ///
    /// Throws `tooLong`, or `badValue` with the line.
    package init(of timeline: TimelineID, _ bytes: Span<UInt8>) throws(FormatError) {
        guard bytes.count <= Self.byteCountMax else {
            throw FormatError(.tooLong, Self.noun, "\(bytes.count) bytes, at most \(Self.byteCountMax) are allowed")
        }
        var ancestors: [Ancestor] = []
        var start = 0
        var number = 0
        while start < bytes.count {
            let end = Self.endOfLine(bytes, from: start)
            number += 1
            var line = try TimelineHistoryLine(bytes, start..<end, number: number)
            if let ancestor = try line.ancestor() {
                if let last = ancestors.last, ancestor.timeline <= last.timeline {
                    throw Self.disorder("timeline \(ancestor.timeline) after timeline \(last.timeline)", line: number)
                }
                guard ancestor.timeline < timeline else {
                    throw Self.disorder("timeline \(ancestor.timeline) as a parent of \(timeline)", line: number)
                }
                ancestors.append(ancestor)
            }
            start = end + 1
        }
        self.timeline = timeline
        self.ancestors = ancestors
    }

    static let noun = "timeline history"

    /// All stretches, oldest first, the file's own timeline last. As in PostgreSQL, a switch at 0/0 bounds nothing.
    package var stretches: [Stretch] {
        var begin: LSN?
        var stretches: [Stretch] = []
        for ancestor in ancestors {
            let end = ancestor.switchPoint == .invalid ? nil : ancestor.switchPoint
            stretches.append(Stretch(timeline: ancestor.timeline, begin: begin, end: end))
            begin = end
        }
        return stretches + [Stretch(timeline: timeline, begin: begin, end: nil)]
    }

    /// The timeline a position belongs to (`tliOfPointInHistory`).
    ///
    /// Switch points may run backwards: a server that recovers along timeline 3 and stops before that began names 3 as
    /// the new timeline's parent all the same (`StartupXLOG`, access/transam/xlog.c). The newest match counts, as
    /// there.
    package func timeline(containing position: LSN) -> TimelineID {
        let newest = stretches.last { stretch in
            stretch.begin.map { $0 <= position } ?? true && stretch.end.map { position < $0 } ?? true
        }
        return newest?.timeline ?? timeline
    }

    /// Where `ancestor` was left (`tliSwitchPoint`); nil for the timeline itself and for strangers.
    package func switchPoint(of ancestor: TimelineID) -> LSN? {
        ancestors.first { $0.timeline == ancestor }?.switchPoint
    }

    /// Where this timeline begins; nil when it has no parent.
    package var begin: LSN? { ancestors.last?.switchPoint }

    package func contains(_ timeline: TimelineID) -> Bool {
        timeline == self.timeline || ancestors.contains { $0.timeline == timeline }
    }

    /// The file's content in PostgreSQL's own form (`writeTimeLineHistory`), without blank lines.
    package var text: String {
        ancestors.map { "\($0.timeline)\t\($0.switchPoint)\t\($0.reason)\n" }.joined()
    }

    private static func endOfLine(_ bytes: Span<UInt8>, from start: Int) -> Int {
        var end = start
        while end < bytes.count, bytes[end] != UInt8(ascii: "\n") {
            end += 1
        }
        return end
    }

    private static func disorder(_ what: String, line: Int) -> FormatError {
        FormatError(.badValue, noun, "\(what); timelines must ascend", line: line)
    }
}
