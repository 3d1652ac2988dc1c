/// Every number that Trunkline tells Prometheus, by its name without the prefix, in the order in which it is told.
///
/// What each of them is stands in `MetricDefinition.all`; docs/METRICS.md is made from there.
package enum Metric: String, CaseIterable, Sendable {
    // The process.
    case buildInfo = "build_info"
    case agentStart = "agent_start_timestamp_seconds"
    case agentConnections = "agent_connections"
    case agentDeclined = "agent_declined_total"
    case memoryResident = "memory_resident_bytes"
    case memoryBound = "memory_bound_bytes"

    // What waits on the server.
    case walWaitingSegments = "wal_waiting_segments"
    case walWaitingBytes = "wal_waiting_bytes"
    case walLag = "wal_lag_seconds"

    // What is archived.
    case repositoryUp = "repository_up"
    case walDurableLSN = "wal_durable_lsn_bytes"
    case walDurableTime = "wal_durable_timestamp_seconds"
    case walMissingSegments = "wal_missing_segments"
    case recoveryWindowStart = "recovery_window_start_timestamp_seconds"
    case recoveryWindowEnd = "recovery_window_end_timestamp_seconds"
    case backups = "backups"
    case backupNewest = "backup_newest_timestamp_seconds"
    case surveyTime = "survey_timestamp_seconds"

    // Archiving.
    case agentQueue = "agent_queue_segments"
    case agentInFlight = "agent_in_flight_segments"
    case pushSeconds = "push_seconds"
    case pushFailures = "push_failures_total"
    case archiveSeconds = "archive_seconds"

    // Copies for repositories that nobody waits for.
    case backlogSegments = "backlog_segments"
    case backlogAge = "backlog_age_seconds"
    case backlogOverflows = "backlog_overflows_total"

    // Fetching.
    case fetchSeconds = "fetch_seconds"
    case fetchFailures = "fetch_failures_total"
    case fetchesMissing = "fetches_missing_total"

    // Requests to stores.
    case storeRequests = "store_requests_total"
    case storeFailures = "store_failures_total"
    case storeRetries = "store_retries_total"
    case storeThrottled = "store_throttled_total"
    case storeSentBytes = "store_sent_bytes_total"
    case storeReceivedBytes = "store_received_bytes_total"
    case partUploadSeconds = "part_upload_seconds"
    case storeConcurrencyLimit = "store_concurrency_limit"

    /// Of every name (https://prometheus.io/docs/practices/naming/).
    private static let prefix = "trunkline_"

    /// As Prometheus knows it.
    package var name: String { Self.prefix + rawValue }

    package var definition: MetricDefinition {
        guard let definition = Self.definitions[self] else { preconditionFailure("\(self) is not defined") }
        return definition
    }

    private static let definitions: [Metric: MetricDefinition] = Dictionary(
        MetricDefinition.all.map { ($0.metric, $0) }, uniquingKeysWith: { first, _ in first })
}
