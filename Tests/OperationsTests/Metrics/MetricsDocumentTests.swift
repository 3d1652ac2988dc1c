import Foundation
import Operations
import Testing

/// docs/METRICS.md is made of the definitions; `TRUNKLINE_SNAPSHOTS=record` writes it anew.
@Suite struct MetricsDocumentTests {
    private static let root = URL(filePath: #filePath).appending(path: "../../../..").standardized

    @Test func theDocumentIsThatOfTheDefinitions() throws {
        let file = Self.root.appending(path: "docs/METRICS.md")
        if ProcessInfo.processInfo.environment["TRUNKLINE_SNAPSHOTS"] == "record" {
            try Self.document.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == Self.document, "record docs/METRICS.md anew")
    }

    /// What alerts speak of exists.
    @Test func alertsNameMetrics() throws {
        let text = try String(
            contentsOf: Self.root.appending(path: "contrib/prometheus/alerts.yml"), encoding: .utf8)
        let named = Set(text.matches(of: /trunkline_[a-z_]+/).map { String($0.output) })
        #expect(named.count > 8)
        #expect(named.subtracting(Metric.allCases.map(\.name)) == [])
    }

    private static let document = ([head] + MetricDefinition.groups.map(section) + [tail]).joined(separator: "\n")

    private static func section(_ group: MetricDefinition.Group) -> String {
        let text = group.text.isEmpty ? "" : "\(group.text)\n\n"
        let rows = group.definitions.map { definition in
            let labels = definition.labels.map { "`\($0)`" }.joined(separator: ", ")
            let teller = definition.isKnownWithoutAgent ? "both" : "agent"
            return "| `\(definition.metric.name)` | \(definition.kind.word) | \(labels) | \(teller) | "
                + "\(definition.help) |\n"
        }
        return "## \(group.title)\n\n\(text)| metric | kind | labels | told by | meaning |\n|---|---|---|---|---|\n"
            + rows.joined()
    }

    private static let buckets = MetricBuckets.latency.bounds.map { $0 == $0.rounded() ? "\(Int($0))" : "\($0)" }

    private static let head = """
        # Metrics

        Two things tell Prometheus of an archive, in its text format:

        * the agent, at `http://127.0.0.1:9732/metrics` (`[agent] metrics` in the configuration; loopback by default).
          At `/healthz` it says `ok`, or with status 503 what is wrong, a line each.
        * `trunkline metrics`, without an agent, for the textfile collector of Prometheus's node exporter:

              */5 * * * *  trunkline metrics --output /var/lib/prometheus/node-exporter/trunkline.prom

          The file is replaced in one step. What only a running agent can know is missing from it: the metrics below
          that are told by the agent alone.

        Times and sizes are in seconds and bytes. Positions in the WAL are numbers: `3/7A000060` is
        3 × 2³² + 0x7A000060, so that the difference of two is in bytes. `cluster` and `repository` are the names of the
        configuration. Histograms have buckets up to
        \(buckets.joined(separator: ", ")) seconds.

        """

    private static let tail = """
        ## Alerts

        [alerts.yml](../contrib/prometheus/alerts.yml) has rules to start from. Its times are those of a server with a
        backup a day and an `archive_timeout` of minutes; adapt them. What matters most:

        * `trunkline_wal_lag_seconds` grows: archiving does not keep up, or not at all, and `pg_wal` fills up.
        * `trunkline_wal_missing_segments` stays above 0: recovery ends there. Take a backup at once;
          `trunkline wal list` names the gap. While several segments are stored at once it may be above 0 for a moment.
        * `trunkline_backup_newest_timestamp_seconds` grows old: nobody takes backups any more.
        * `trunkline_repository_up` is 0: the other series of this repository are gone, and rules about them are silent.
          A host whose credentials may create objects and not list them archives all the same: leave this rule out
          there, and look from another host.
        * `trunkline_survey_timestamp_seconds` grows old: nothing of all this is looked at any more.

        """
}
