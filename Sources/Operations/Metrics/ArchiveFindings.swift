package import Format
package import Platform

/// What a survey of a cluster's archive found.
package struct ArchiveFindings: Sendable {
    /// What was found in one repository.
    package struct Place: Sendable {
        package let repository: String
        /// Why it cannot be told, where it cannot.
        package var state: Result<ArchiveState, OperationError>
        /// Nil where there is no backlog, or it cannot be read.
        package var backlog: BacklogState?
        /// What is there and cannot be believed, so that the truth may be better than what was found.
        package var doubts: [OperationError] = []

        init(repository: String) {
            self.repository = repository
            state = .success(ArchiveState())
        }
    }

    package let cluster: ClusterName
    /// In the order of the configuration.
    package let places: [Place]
    /// Nil where the configuration does not say where the server's files are.
    package let waiting: Result<WaitingWAL, OperationError>?
    /// When it was looked.
    package let time: UnixTime

    /// Everything that went wrong, in order: what could not be looked at.
    package var failures: [OperationError] {
        var failures: [OperationError] = []
        if case .failure(let error) = waiting { failures.append(error) }
        for place in places {
            if case .failure(let error) = place.state { failures.append(error) }
        }
        return failures
    }

    /// Tells the metrics everything. What was told before and is not known now is forgotten.
    package func tell(_ registry: MetricsRegistry) {
        tellArchive(registry)
        let cluster = "\(cluster)"
        let waiting = waiting.flatMap { try? $0.get() }
        registry.set(.walWaitingSegments, waiting.map { Double($0.fileCount) }, cluster)
        registry.set(.walWaitingBytes, waiting.map { Double($0.byteCount) }, cluster)
        registry.set(.walLag, waiting.map { $0.lag(at: time) }, cluster)
        for place in places {
            let state = try? place.state.get()
            registry.set(.walDurableLSN, state?.durableLSN.map { Double($0) }, cluster, place.repository)
            registry.set(.walDurableTime, state?.durableTime?.fractionalSeconds, cluster, place.repository)
            let age = place.backlog.map { max(0, $0.oldest.map { time.seconds(since: $0) } ?? 0) }
            registry.set(.backlogSegments, place.backlog.map { Double($0.fileCount) }, cluster, place.repository)
            registry.set(.backlogAge, age, cluster, place.repository)
        }
    }

    /// Tells the metrics of an agent, which itself keeps what changes with every file: up to where WAL is durable is
    /// told only as long as the agent has said nothing, and where the repository has a gap, of which it knows nothing.
    package func tellBesideAgent(_ registry: MetricsRegistry) {
        tellArchive(registry)
        for place in places {
            guard let state = try? place.state.get(), let position = state.durableLSN else { continue }
            let values: [(Metric, Double?)] = [
                (.walDurableLSN, Double(position)), (.walDurableTime, state.durableTime?.fractionalSeconds),
            ]
            for case (let metric, let value?) in values {
                if state.missingSegments == 0 {
                    registry.setFirst(metric, value, "\(cluster)", place.repository)
                } else {
                    registry.set(metric, value, "\(cluster)", place.repository)
                }
            }
        }
    }

    /// What only a look tells.
    private func tellArchive(_ registry: MetricsRegistry) {
        registry.set(.surveyTime, time.fractionalSeconds, "\(cluster)")
        for place in places {
            let state = try? place.state.get()
            let values: [(Metric, Double?)] = [
                (.repositoryUp, state == nil ? 0 : 1),
                (.walMissingSegments, state?.missingSegments.map { Double($0) }),
                (.recoveryWindowStart, state?.windowStart?.fractionalSeconds),
                (.recoveryWindowEnd, state?.windowEnd?.fractionalSeconds),
                (.backups, state.map { Double($0.backupCount) }),
                (.backupNewest, state?.backupNewest?.fractionalSeconds),
            ]
            for (metric, value) in values { registry.set(metric, value, "\(cluster)", place.repository) }
        }
    }
}

extension UnixTime {
    /// To the millisecond, as Prometheus counts time: finer is noise, and a double at its end.
    var fractionalSeconds: Double { Double(seconds) + (Double(nanoseconds) / 1e6).rounded(.down) / 1e3 }
}
