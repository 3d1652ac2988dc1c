import Format

/// The list as the lines of a file, to which more can be appended.
///
/// A title, the scope, then a line for each entry, `+ <seconds> <system> <name>`, and for a list that is not complete a
/// line that says so, wherever it stands.
extension BacklogList {
    private static let title = "trunkline backlog 1"
    private static let mark = "+"
    private static let newline = UInt8(ascii: "\n")
    private static let words: [(word: String, coverage: Coverage)] = [
        ("comparing", .comparing), ("overflow", .overflowed),
    ]
    /// Two numbers of at most 20 digits, a name of at most 40 characters, and what is between them.
    static let lineBytesMax = 90

    /// Reads what `text` renders, and what was appended to it. A last line without an end was never finished, and is
    /// left out. Anything else, also the list of another scope, is a list of what can be made out, overflowed.
    package init(octets: [UInt8], scope: String, limit: Int = defaultLimit) {
        self.init(limit: limit)
        var lines = octets.split(separator: Self.newline, omittingEmptySubsequences: false)[...]
        guard lines.popLast() != nil, lines.popFirst().map(Array.init) == Array(Self.title.utf8),
            lines.popFirst().map(Array.init) == Array(scope.utf8)
        else {
            set(.overflowed)
            return
        }
        var coverage = Coverage.complete
        for line in lines {
            if let entry = Self.entry(line) {
                add(entry)
            } else {
                coverage = max(coverage, Self.coverage(line))
            }
        }
        set(max(coverage, self.coverage))
    }

    package func text(scope: String) -> String {
        Self.title + "\n" + scope + "\n" + Self.line(coverage) + entries.map(Self.line).joined()
    }

    static func line(_ entry: Entry) -> String { "\(mark) \(entry.addedSeconds) \(entry.file)\n" }

    /// Nothing for a complete list.
    static func line(_ coverage: Coverage) -> String {
        words.first { $0.coverage == coverage }.map { $0.word + "\n" } ?? ""
    }

    private static func entry(_ line: ArraySlice<UInt8>) -> Entry? {
        guard line.count < lineBytesMax else { return nil }
        let fields = String(decoding: line, as: UTF8.self).split(separator: " ", omittingEmptySubsequences: false)
        guard fields.count == 4, fields[0] == mark, let seconds = Int64(fields[1]),
            let system = SystemIdentifier(String(fields[2])), let name = WALFileName(String(fields[3]))
        else { return nil }
        return Entry(WALObjectName(system: system, name: name), addedSeconds: seconds)
    }

    /// A line that means nothing may have been an entry.
    private static func coverage(_ line: ArraySlice<UInt8>) -> Coverage {
        let text = String(decoding: line, as: UTF8.self)
        return words.first { $0.word == text }?.coverage ?? .overflowed
    }
}
