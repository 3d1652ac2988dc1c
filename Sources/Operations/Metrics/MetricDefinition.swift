/// What one metric is: its kind, its labels, and a sentence about it.
package struct MetricDefinition: Equatable, Sendable {
    package let metric: Metric
    package let kind: MetricKind
    /// The names of its labels; every series has a value for each, in this order.
    package let labels: [String]
    /// What it says, in one line; the text format and docs/METRICS.md show it.
    package let help: String
    /// Whether `trunkline metrics` tells it too; the others are known to the agent alone.
    package let isKnownWithoutAgent: Bool

    private init(
        _ metric: Metric, _ kind: MetricKind, _ labels: [String] = [], agentOnly: Bool = false, _ help: String
    ) {
        self.metric = metric
        self.kind = kind
        self.labels = labels
        self.help = help
        isKnownWithoutAgent = !agentOnly
    }

    private static let seconds = MetricKind.histogram(.latency)
    private static let place = ["cluster", "repository"]

    /// Metrics that go together, with what docs/METRICS.md says of them.
    package struct Group: Sendable {
        package let title: String
        /// A paragraph; may be empty.
        package let text: String
        package let definitions: [MetricDefinition]
    }

    /// In the order of `Metric`.
    package static let groups: [Group] = [
        Group(title: "The process", text: "", definitions: process),
        Group(
            title: "What waits on the server",
            text: "From the `.ready` marks in `pg_wal`, where the configuration says where that is (`pgdata`).",
            definitions: server),
        Group(
            title: "What is archived",
            text: "Found out by looking into the repositories, which costs a listing: now and then, not at every "
                + "scrape. Nothing is told of a repository that cannot be looked through but that it is down.",
            definitions: archive),
        Group(title: "Archiving", text: "", definitions: pushing),
        Group(
            title: "Repositories that nobody waits for",
            text: "Those with `required = false` get their copies later.", definitions: copying),
        Group(title: "Fetching", text: "", definitions: fetching),
        Group(title: "Requests to stores", text: "", definitions: stores),
    ]

    /// Every metric, in the order of `Metric`.
    package static let all: [MetricDefinition] = groups.flatMap(\.definitions)

    private static let process: [MetricDefinition] = [
        MetricDefinition(.buildInfo, .gauge, ["version"], "The version of Trunkline that says this; always 1."),
        MetricDefinition(.agentStart, .gauge, agentOnly: true, "When the agent was started."),
        MetricDefinition(.agentConnections, .gauge, agentOnly: true, "Connections of clients to the agent's socket."),
        MetricDefinition(
            .agentDeclined, .counter, ["reason"], agentOnly: true,
            "Requests that the agent left to the client: of another version, of a cluster not served, while stopping."),
        MetricDefinition(.memoryResident, .gauge, agentOnly: true, "Memory that the agent occupies."),
        MetricDefinition(
            .memoryBound, .gauge, agentOnly: true, "The most memory that the agent may occupy, by its own sum."),
    ]

    private static let server: [MetricDefinition] = [
        MetricDefinition(
            .walWaitingSegments, .gauge, ["cluster"], "WAL files that PostgreSQL wants archived and that are not yet."),
        MetricDefinition(
            .walWaitingBytes, .gauge, ["cluster"],
            "Bytes of the WAL files that PostgreSQL wants archived and that are not yet."),
        MetricDefinition(
            .walLag, .gauge, ["cluster"],
            "For how long the oldest WAL file has waited to be archived; 0 when none waits."),
    ]

    private static let archive: [MetricDefinition] = [
        MetricDefinition(
            .repositoryUp, .gauge, place,
            "1 when the repository could be looked through, 0 when not; then nothing of what it holds is told."),
        MetricDefinition(
            .walDurableLSN, .gauge, place,
            "Up to where the WAL of the newest timeline is stored without a gap, as a number (pg_lsn - '0/0')."),
        MetricDefinition(
            .walDurableTime, .gauge, place, "When the last segment before the durable position was stored."),
        MetricDefinition(
            .walMissingSegments, .gauge, place,
            "Segments missing between the newest backup and the newest segment: recovery ends before the first."),
        MetricDefinition(
            .recoveryWindowStart, .gauge, place,
            "The earliest time to which the cluster can be restored and recovered without a gap until now."),
        MetricDefinition(
            .recoveryWindowEnd, .gauge, place,
            "When the last segment to which the cluster can be recovered was stored: what is older is in it."),
        MetricDefinition(.backups, .gauge, place, "Backups that are complete."),
        MetricDefinition(.backupNewest, .gauge, place, "When the newest backup ended."),
        MetricDefinition(.surveyTime, .gauge, ["cluster"], "When the repositories were last looked through."),
    ]

    private static let pushing: [MetricDefinition] = [
        MetricDefinition(
            .agentQueue, .gauge, ["cluster"], agentOnly: true,
            "Files that the agent knows of and that are not yet durable in every required repository."),
        MetricDefinition(.agentInFlight, .gauge, ["cluster"], agentOnly: true, "Files that the agent is storing now."),
        MetricDefinition(
            .pushSeconds, seconds, ["cluster"], agentOnly: true,
            "From PostgreSQL's request to archive a file to the answer."),
        MetricDefinition(
            .pushFailures, .counter, ["cluster"], agentOnly: true,
            "Requests to archive a file that were answered with a failure; PostgreSQL asks again."),
        MetricDefinition(
            .archiveSeconds, seconds, ["cluster"], agentOnly: true,
            "From the beginning of reading a file until it is durable in every required repository."),
    ]

    private static let copying: [MetricDefinition] = [
        MetricDefinition(
            .backlogSegments, .gauge, place,
            "Files that a best-effort repository does not have yet, though the required ones do."),
        MetricDefinition(
            .backlogAge, .gauge, place,
            "For how long the oldest file has waited for a best-effort repository; 0 when none waits."),
        MetricDefinition(
            .backlogOverflows, .counter, place, agentOnly: true,
            "Files that found no room in the backlog of a best-effort repository, which will not get them by itself."),
    ]

    private static let fetching: [MetricDefinition] = [
        MetricDefinition(
            .fetchSeconds, seconds, ["cluster"], agentOnly: true,
            "From PostgreSQL's request for a file to the answer, whatever it was."),
        MetricDefinition(
            .fetchFailures, .counter, ["cluster"], agentOnly: true,
            "Requests for a file that were answered with a failure."),
        MetricDefinition(
            .fetchesMissing, .counter, ["cluster"], agentOnly: true,
            "Requests for a file that no repository has; recovery asks for some that never were."),
    ]

    private static let stores: [MetricDefinition] = [
        MetricDefinition(
            .storeRequests, .counter, ["repository", "operation"], agentOnly: true,
            "Requests to the store that have ended, every try counted."),
        MetricDefinition(
            .storeFailures, .counter, ["repository", "cause"], agentOnly: true,
            "Requests to the store that failed, every try counted, by cause."),
        MetricDefinition(
            .storeRetries, .counter, ["repository", "cause"], agentOnly: true,
            "Failed requests that were tried again, by what the try before failed with."),
        MetricDefinition(
            .storeThrottled, .counter, ["repository"], agentOnly: true,
            "Answers with which the store asked for fewer requests (429, 503)."),
        MetricDefinition(
            .storeSentBytes, .counter, ["repository"], agentOnly: true, "Content that the store has accepted."),
        MetricDefinition(
            .storeReceivedBytes, .counter, ["repository"], agentOnly: true, "Content that came from the store."),
        MetricDefinition(
            .partUploadSeconds, seconds, ["repository"], agentOnly: true,
            "Requests that sent content, a part or a whole object, and succeeded: each from its begin to its answer."),
        MetricDefinition(
            .storeConcurrencyLimit, .gauge, ["repository"], agentOnly: true,
            "Requests to the store that may be under way at once, as it stands it."),
    ]
}
