package import Platform

/// What this host has archived ahead of PostgreSQL's asking: the files that are durable in every required repository.
///
/// An entry holds for one state of one file (device, inode, size, times), so a data directory that was restored or
/// replaced never matches an old entry, and for one `scope`, so a repository that joins the configuration does not
/// inherit what it never received. Losing the ledger costs one upload and comparison per file, nothing else.
package struct PushLedger: Equatable, Sendable {
    /// Twice the largest look-ahead: entries older than that have been asked for long ago.
    package static let entriesMax = 2048
    /// A line is under 200 bytes; a longer file is not a ledger.
    package static let byteCountMax = 256 * entriesMax

    /// The cluster and its repositories, as one line of text.
    package let scope: String
    /// Names, the one recorded last at the end.
    private var names: [String] = []
    private var identities: [String: String] = [:]

    package init(scope: String) {
        self.scope = scope
    }

    /// Reads what `text` renders; anything else, also a ledger of another scope, is an empty ledger.
    package init(text: String, scope: String) {
        self.scope = scope
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)[...]
        guard lines.popFirst() == Substring(Self.title), lines.popFirst() == Substring(scope), lines.popLast() == ""
        else { return }
        for line in lines {
            let fields = line.split(separator: " ", maxSplits: 1).map(String.init)
            guard fields.count == 2, identities[fields[0]] == nil else { continue }
            names.append(fields[0])
            identities[fields[0]] = fields[1]
        }
    }

    var count: Int { names.count }

    package var text: String {
        var text = Self.title + "\n" + scope + "\n"
        for name in names { text += "\(name) \(identities[name] ?? "")\n" }
        return text
    }

    /// True when exactly this state of the file is recorded as durable.
    package func holds(_ name: String, _ status: FileStatus) -> Bool {
        identities[name] == Self.identity(status)
    }

    /// True when some state of the file is: good enough for a figure, not for a promise.
    func holds(name: String) -> Bool {
        identities[name] != nil
    }

    package mutating func record(_ name: String, _ status: FileStatus) {
        if identities[name] != nil { names.removeAll { $0 == name } }
        names.append(name)
        identities[name] = Self.identity(status)
        for old in names.prefix(max(0, names.count - Self.entriesMax)) { identities[old] = nil }
        names.removeFirst(max(0, names.count - Self.entriesMax))
    }

    private static let title = "trunkline push ledger 1"

    private static func identity(_ status: FileStatus) -> String {
        let modified = "\(status.modified.seconds).\(status.modified.nanoseconds)"
        let changed = "\(status.changed.seconds).\(status.changed.nanoseconds)"
        return "\(status.device) \(status.inode) \(status.size) \(modified) \(changed)"
    }
}
