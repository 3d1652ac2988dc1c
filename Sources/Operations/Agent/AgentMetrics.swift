import Platform

/// The figures that archiving gives, put under their names.
struct AgentMetrics: Sendable {
    let registry: MetricsRegistry

    /// Rates can only be told of counters that were seen at zero.
    func begin(_ cluster: ClusterConfiguration) {
        for metric in [
            Metric.pushSeconds, .pushFailures, .archiveSeconds, .fetchSeconds, .fetchFailures, .fetchesMissing,
        ] {
            registry.begin(metric, "\(cluster.name)")
        }
    }

    /// Everything before `position`, a number of bytes, is durable in all of `repositories`.
    func noteDurable(_ position: UInt64, of cluster: ClusterConfiguration, in repositories: [String]) {
        for repository in repositories {
            registry.set(.walDurableLSN, Double(position), "\(cluster.name)", repository)
            registry.set(.walDurableTime, Clock.now().fractionalSeconds, "\(cluster.name)", repository)
        }
    }

    func notePush(since start: UInt64, of cluster: ClusterConfiguration) {
        registry.observe(.pushSeconds, Self.seconds(since: start), "\(cluster.name)")
    }

    /// A file is durable.
    func noteArchived(since start: UInt64, of cluster: ClusterConfiguration) {
        registry.observe(.archiveSeconds, Self.seconds(since: start), "\(cluster.name)")
    }

    func noteFetch(
        _ result: Result<FetchWAL.Outcome, OperationError>, since start: UInt64, of cluster: ClusterConfiguration
    ) {
        let name = "\(cluster.name)"
        registry.observe(.fetchSeconds, Self.seconds(since: start), name)
        switch result {
        case .success(.restored): break
        case .success(.missing): registry.add(.fetchesMissing, 1, name)
        case .failure: registry.add(.fetchFailures, 1, name)
        }
    }

    func noteWaiting(_ waiting: WaitingWAL, of cluster: ClusterConfiguration) {
        registry.set(.walWaitingSegments, Double(waiting.fileCount), "\(cluster.name)")
        registry.set(.walWaitingBytes, Double(waiting.byteCount), "\(cluster.name)")
        registry.set(.walLag, waiting.lag(at: Clock.now()), "\(cluster.name)")
    }

    func noteQueue(known: Int, underWay: Int, of cluster: ClusterConfiguration) {
        registry.set(.agentQueue, Double(known), "\(cluster.name)")
        registry.set(.agentInFlight, Double(underWay), "\(cluster.name)")
    }

    func noteBacklog(_ state: BacklogCopier.State, of cluster: ClusterConfiguration, in repository: String) {
        registry.set(.backlogSegments, Double(state.count), "\(cluster.name)", repository)
        let age = state.oldestSeconds.map { max(Clock.now().fractionalSeconds - Double($0), 0) }
        registry.set(.backlogAge, age ?? 0, "\(cluster.name)", repository)
        registry.raise(.backlogOverflows, to: Double(state.overflowCount), "\(cluster.name)", repository)
    }

    private static func seconds(since start: UInt64) -> Double {
        Double(Clock.monotonicNanoseconds() - start) / 1e9
    }
}
