package import Platform

/// What this host has archived ahead of PostgreSQL's asking: the files that are durable in every required repository.
///
/// An entry holds for one state of one file (device, inode, size, times), so a data directory that was restored or
/// replaced never matches an old entry, and for one `scope`, so a repository that joins the configuration does not
/// inherit what it never received. Losing the ledger costs one upload and comparison per file, nothing else.
package struct PushLedger: Equatable, Sendable {
    /// Twice the largest look-ahead: entries older than that have been asked for long ago.
    package static let entriesMax = 1024
    /// A line is under 200 bytes; a longer file is not a ledger.
    package static let byteCountMax = 256 * entriesMax

    /// The cluster and its repositories, as one line of text.
    package let scope: String
    private(set) var entries: [Entry] = []

    struct Entry: Equatable, Sendable {
        let name: String
        let identity: String
    }

    package init(scope: String) {
        self.scope = scope
    }

    /// Reads what `text` renders; anything else, also a ledger of another scope, is an empty ledger.
    package init(text: String, scope: String) {
        self.scope = scope
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)[...]
        guard lines.popFirst() == Substring(Self.title), lines.popFirst() == Substring(scope), lines.popLast() == ""
        else { return }
        entries = lines.compactMap { line in
            let fields = line.split(separator: " ", maxSplits: 1)
            return fields.count == 2 ? Entry(name: String(fields[0]), identity: String(fields[1])) : nil
        }
    }

    package var text: String {
        var text = Self.title + "\n" + scope + "\n"
        for entry in entries { text += entry.name + " " + entry.identity + "\n" }
        return text
    }

    /// True when exactly this state of the file is recorded as durable.
    package func holds(_ name: String, _ status: FileStatus) -> Bool {
        entries.contains(Entry(name: name, identity: Self.identity(status)))
    }

    package mutating func record(_ name: String, _ status: FileStatus) {
        entries.removeAll { $0.name == name }
        entries.append(Entry(name: name, identity: Self.identity(status)))
        entries.removeFirst(max(0, entries.count - Self.entriesMax))
    }

    private static let title = "trunkline push ledger 1"

    private static func identity(_ status: FileStatus) -> String {
        let modified = "\(status.modified.seconds).\(status.modified.nanoseconds)"
        let changed = "\(status.changed.seconds).\(status.changed.nanoseconds)"
        return "\(status.device) \(status.inode) \(status.size) \(modified) \(changed)"
    }
}
