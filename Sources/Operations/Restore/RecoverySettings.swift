package import Format

/// What a restored server is told in `postgresql.auto.conf`: where its WAL comes from and where recovery ends.
package struct RecoverySettings: Equatable, Sendable {
    package let backup: BackupID
    /// The shell command with `%f` and `%p`.
    package let restoreCommand: String
    package let target: RestoreTarget
    package let timeline: TimelineChoice
    package let isInclusive: Bool?
    package let action: TargetAction?
    package let isStandby: Bool

    /// Relative to the data directory.
    package static let fileName = "postgresql.auto.conf"
    /// `PG_AUTOCONF_FILENAME` is written by `ALTER SYSTEM`, one line for each setting.
    package static let fileBytesMax = 4 << 20

    package init(
        backup: BackupID, restoreCommand: String, target: RestoreTarget, timeline: TimelineChoice, isInclusive: Bool?,
        action: TargetAction?, isStandby: Bool
    ) {
        self.backup = backup
        self.restoreCommand = restoreCommand
        self.target = target
        self.timeline = timeline
        self.isInclusive = isInclusive
        self.action = action
        self.isStandby = isStandby
    }

    /// The file that makes the server recover, empty (access/transam/xlogrecovery.c, `readRecoverySignalFile`).
    package var signalFile: String { isStandby ? "standby.signal" : "recovery.signal" }

    /// The old content without settings of an earlier recovery, and ours behind it.
    package func octets(replacing old: [UInt8]) -> [UInt8] {
        var octets: [UInt8] = []
        for line in old.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            guard !isOutdated(line) else { continue }
            octets += line
            octets.append(UInt8(ascii: "\n"))
        }
        // A final newline makes one empty line more.
        if old.last == UInt8(ascii: "\n") || old.isEmpty { octets.removeLast() }
        return octets + Array(lines.joined(separator: "\n").utf8) + [UInt8(ascii: "\n")]
    }

    private var lines: [String] {
        var settings = [("restore_command", restoreCommand)]
        if let setting = target.setting { settings.append(setting) }
        if let isInclusive { settings.append(("recovery_target_inclusive", isInclusive ? "true" : "false")) }
        settings.append(("recovery_target_timeline", "\(timeline)"))
        if let action { settings.append(("recovery_target_action", action.rawValue)) }
        return [Self.comment + "backup \(backup), \(target.text)"]
            + settings.map { "\($0.0) = '\(Self.escaped($0.1))'" }
    }

    private static let comment = "# Written by trunkline restore: "

    /// For a value in single quotes: the configuration file's reader undoes both (`DeescapeQuotedString`,
    /// utils/misc/guc-file.l).
    package static func escaped(_ value: String) -> String {
        var text = ""
        for character in value {
            switch character {
            case "'": text += "''"
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            default: text.append(character)
            }
        }
        return text
    }

    private static let outdated: Set<String> = [
        "restore_command", "recovery_target", "recovery_target_time", "recovery_target_xid", "recovery_target_name",
        "recovery_target_lsn", "recovery_target_inclusive", "recovery_target_timeline", "recovery_target_action",
    ]
    /// A restored primary follows nobody.
    private static let followings: Set<String> = ["primary_conninfo", "primary_slot_name"]

    private func isOutdated(_ line: [UInt8].SubSequence) -> Bool {
        let text = String(decoding: line, as: UTF8.self)
        if text.hasPrefix(Self.comment) { return true }
        let name = text.drop { $0 == " " || $0 == "\t" }.prefix { $0 == "_" || ($0.isASCII && $0.isLetter) }
            .lowercased()
        return Self.outdated.contains(name) || (!isStandby && Self.followings.contains(name))
    }
}
