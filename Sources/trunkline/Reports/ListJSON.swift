internal import Format
package import Operations
internal import Platform

/// What `list --json` says.
package enum ListJSON {
    package static func repository(_ listing: BackupListing) -> JSONText {
        .object([
            ("repository", .string(listing.repository)),
            ("systems", .array(listing.systems.map(system))),
            ("unfinished", .array(listing.unfinished.map { .string("\($0)") })),
            ("refused", .array(listing.refused.map { .string("\($0)") })),
            ("damaged", .array(listing.damaged.map { .string("\($0)") })),
        ])
    }

    /// One that did not answer.
    package static func repository(_ name: String, _ error: OperationError) -> JSONText {
        .object([("repository", .string(name)), ("systems", .array([])), ("error", .string("\(error)"))])
    }

    private static func system(_ system: BackupListing.System) -> JSONText {
        .object([
            ("system", .string("\(system.system)")), ("version", system.major.map { .string("\($0)") } ?? .null),
            ("backups", .array(system.backups.map { backup($0, isRestorable: system.restorable.contains($0.id)) })),
            ("windows", .array(system.windows.map(window))), ("gaps", .array(system.gaps.map(gap))),
        ])
    }

    static func backup(_ backup: BackupSummary, isRestorable: Bool) -> JSONText {
        .object(members(backup) + [("restorable", .flag(isRestorable))])
    }

    static func members(_ backup: BackupSummary) -> [(name: String, value: JSONText)] {
        [
            ("id", .string("\(backup.id)")), ("start", .string(backup.started)), ("stop", .string(backup.stopped)),
            ("startLSN", .string("\(backup.startLSN)")), ("stopLSN", .string("\(backup.stopLSN)")),
            ("timeline", .number(Int64(backup.timeline.rawValue))), ("fileCount", number(backup.fileCount)),
            ("bytes", number(backup.byteCount)), ("storedBytes", number(backup.storedByteCount)),
            ("reusedBytes", number(backup.reusedByteCount)), ("method", .string(backup.method.rawValue)),
            ("base", backup.base.map { .string("\($0)") } ?? .null), ("version", .string(backup.serverVersion)),
            ("standby", .flag(backup.isFromStandby)),
            (
                "annotations",
                .object(backup.annotations.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })
            ),
            ("pageErrors", number(backup.pageErrorCount)), ("seconds", .decimal(Double(backup.milliseconds) / 1000)),
        ]
    }

    private static func window(_ window: BackupListing.Window) -> JSONText {
        .object([
            ("timeline", .number(Int64(window.window.timeline.rawValue))), ("from", .string(window.window.from)),
            ("fromBackup", .string("\(window.window.backup)")), ("fromLSN", .string("\(window.window.fromLSN)")),
            ("toLSN", .string("\(window.window.toLSN)")),
            ("to", window.until.map { .string($0.iso8601()) } ?? .null),
        ])
    }

    private static func gap(_ gap: SegmentRanges.Run) -> JSONText {
        .object([
            ("timeline", .number(Int64(gap.first.timeline.rawValue))), ("first", .string("\(gap.first)")),
            ("last", .string("\(gap.last)")), ("count", number(gap.count)),
        ])
    }

    static func number(_ number: UInt64) -> JSONText { .number(Int64(clamping: number)) }
}
