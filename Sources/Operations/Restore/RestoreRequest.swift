/// What a restore is asked to do.
package struct RestoreRequest: Sendable {
    /// `latest`, an id, or the beginning of one; nil to have it chosen by the target.
    package var backup: String?
    /// Absolute.
    package var directory: String
    package var target: RestoreTarget
    package var timeline: TimelineChoice
    /// Nil leaves PostgreSQL's default, which is to stop after the target.
    package var isInclusive: Bool?
    package var action: TargetAction?
    package var tablespaces: [(old: String, new: String)]
    package var isStandby: Bool
    /// Whether what is in the directory is used again, and what does not belong removed.
    package var isDelta: Bool
    /// Whether the proofs are left out: that all WAL is there, that there is room.
    package var isForced: Bool
    /// Threads that write; nil for one for each core.
    package var jobs: Int?
    /// The shell command for `restore_command`, with `%f` and `%p`.
    package var restoreCommand: String

    package init(
        backup: String? = nil, directory: String, target: RestoreTarget = .end, timeline: TimelineChoice = .latest,
        isInclusive: Bool? = nil, action: TargetAction? = nil, tablespaces: [(old: String, new: String)] = [],
        isStandby: Bool = false, isDelta: Bool = false, isForced: Bool = false, jobs: Int? = nil,
        restoreCommand: String
    ) {
        self.backup = backup
        self.directory = directory
        self.target = target
        self.timeline = timeline
        self.isInclusive = isInclusive
        self.action = action
        self.tablespaces = tablespaces
        self.isStandby = isStandby
        self.isDelta = isDelta
        self.isForced = isForced
        self.jobs = jobs
        self.restoreCommand = restoreCommand
    }
}
