package import Format

/// Where recovery is to end.
package enum RestoreTarget: Equatable, Sendable {
    /// At the end of the WAL.
    case end
    /// As soon as the backup is consistent.
    case immediate
    case time(TargetTime)
    case position(LSN)
    /// A transaction, by its number of 32 or of 64 bits.
    case transaction(UInt64)
    /// A restore point made by `pg_create_restore_point`.
    case name(String)

    /// `MAXFNAMELEN` of access/xlog_internal.h, with its final zero.
    package static let nameBytesMax = 63
    /// `FirstNormalTransactionId` of access/transam.h: those before it never commit.
    package static let transactionMin: UInt64 = 3

    /// For people: `time 2026-11-25 13:30:00.000000+00`.
    package var text: String {
        switch self {
        case .end: "end of the WAL"
        case .immediate: "end of the backup"
        case .time(let time): "time \(time)"
        case .position(let position): "LSN \(position)"
        case .transaction(let number): "transaction \(number)"
        case .name(let name): "restore point \"\(name)\""
        }
    }

    /// The setting that tells the server, with its value; nil for the end of the WAL, where none is set.
    package var setting: (name: String, value: String)? {
        switch self {
        case .end: nil
        case .immediate: ("recovery_target", "immediate")
        case .time(let time): ("recovery_target_time", "\(time)")
        case .position(let position): ("recovery_target_lsn", "\(position)")
        case .transaction(let number): ("recovery_target_xid", "\(number)")
        case .name(let name): ("recovery_target_name", name)
        }
    }
}

/// Which timeline recovery follows.
package enum TimelineChoice: Equatable, Sendable, CustomStringConvertible {
    /// The newest that descends from the backup's: PostgreSQL's default.
    case latest
    /// The backup's own.
    case current
    case number(TimelineID)

    package var description: String {
        switch self {
        case .latest: "latest"
        case .current: "current"
        case .number(let timeline): "\(timeline)"
        }
    }
}

/// What the server does when it has reached the target (`recovery_target_action`).
package enum TargetAction: String, Sendable, CaseIterable {
    case pause, promote, shutdown
}
