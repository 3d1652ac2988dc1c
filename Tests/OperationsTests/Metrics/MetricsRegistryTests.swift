import TestSupport
import Testing

@testable import Operations

@Suite struct MetricsRegistryTests {
    private let registry = MetricsRegistry()

    /// The lines that are no comments.
    private var lines: [String] {
        registry.text.split(separator: "\n").map(String.init).filter { !$0.hasPrefix("#") }
    }

    @Test func nothingIsToldOfWhatIsNotKnown() {
        #expect(registry.text == "")
    }

    @Test func numbers() {
        registry.add(.pushFailures, 1, "main")
        registry.add(.pushFailures, 2, "main")
        registry.add(.pushFailures, -5, "main")
        registry.set(.walLag, 1.25, "main")
        registry.set(.walLag, 0.5, "main")
        registry.set(.memoryResident, 412_876_800)
        registry.begin(.fetchesMissing, "main")
        #expect(
            registry.text == """
                # HELP trunkline_memory_resident_bytes Memory that the agent occupies.
                # TYPE trunkline_memory_resident_bytes gauge
                trunkline_memory_resident_bytes 412876800
                # HELP trunkline_wal_lag_seconds For how long the oldest WAL file has waited to be archived; 0 when \
                none waits.
                # TYPE trunkline_wal_lag_seconds gauge
                trunkline_wal_lag_seconds{cluster="main"} 0.5
                # HELP trunkline_push_failures_total Requests to archive a file that were answered with a failure; \
                PostgreSQL asks again.
                # TYPE trunkline_push_failures_total counter
                trunkline_push_failures_total{cluster="main"} 3
                # HELP trunkline_fetches_missing_total Requests for a file that no repository has; recovery asks for \
                some that never were.
                # TYPE trunkline_fetches_missing_total counter
                trunkline_fetches_missing_total{cluster="main"} 0

                """)
    }

    @Test func seriesStandInOrder() {
        for cluster in ["b", "a", "ab"] {
            for repository in ["offsite", "local"] { registry.set(.repositoryUp, 1, cluster, repository) }
        }
        #expect(
            lines == [
                "trunkline_repository_up{cluster=\"a\",repository=\"local\"} 1",
                "trunkline_repository_up{cluster=\"a\",repository=\"offsite\"} 1",
                "trunkline_repository_up{cluster=\"ab\",repository=\"local\"} 1",
                "trunkline_repository_up{cluster=\"ab\",repository=\"offsite\"} 1",
                "trunkline_repository_up{cluster=\"b\",repository=\"local\"} 1",
                "trunkline_repository_up{cluster=\"b\",repository=\"offsite\"} 1",
            ])
    }

    @Test func bucketsAddUp() {
        for seconds in [0.0001, 0.0005, 0.3, 59, 60, 61] { registry.observe(.pushSeconds, seconds, "main") }
        registry.observe(.pushSeconds, .nan, "main")
        let counts = ["0.0005": 2, "0.25": 2, "0.5": 3, "30": 3, "60": 5, "+Inf": 6]
        for (bound, count) in counts {
            #expect(
                lines.contains("trunkline_push_seconds_bucket{cluster=\"main\",le=\"\(bound)\"} \(count)"), "\(bound)")
        }
        #expect(lines.count == MetricBuckets.latency.bounds.count + 3)
        #expect(lines.suffix(2).first == "trunkline_push_seconds_sum{cluster=\"main\"} 180.3006")
        #expect(lines.last == "trunkline_push_seconds_count{cluster=\"main\"} 6")
    }

    @Test func labelsMayHoldAnything() {
        registry.set(.buildInfo, 1, "a \"quoted\" \\ back\nslash é")
        #expect(lines == [#"trunkline_build_info{version="a \"quoted\" \\ back\nslash é"} 1"#])
    }

    @Test(
        arguments: [
            (0, "0"), (-1, "-1"), (1e15, "1000000000000000"), (9_007_199_254_740_994, "9.007199254740994e+15"),
            (0.1, "0.1"), (1e-7, "1e-07"), (.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"),
        ] as [(Double, String)])
    func numbersAreGos(_ value: Double, _ text: String) {
        registry.set(.memoryBound, value)
        #expect(lines == ["trunkline_memory_bound_bytes \(text)"])
    }

    @Test func whatIsGoneIsForgotten() {
        registry.set(.walLag, 1, "main")
        registry.set(.walLag, 2, "other")
        registry.set(.repositoryUp, 1, "main", "local")
        registry.observe(.pushSeconds, 1, "main")
        registry.set(.walLag, nil, "other")
        registry.set(.walLag, nil, "never seen")
        #expect(lines.filter { $0.contains("lag") } == ["trunkline_wal_lag_seconds{cluster=\"main\"} 1"])
        registry.removeAll(where: "cluster", is: "main")
        #expect(registry.text == "")
    }

    @Test func manyThreadsLoseNothing() throws {
        _ = try inParallel(8) { [registry] _ in
            for _ in 0..<1_000 {
                registry.add(.storeThrottled, 1, "local")
                registry.observe(.pushSeconds, 0.001, "main")
            }
        }
        #expect(lines.contains("trunkline_store_throttled_total{repository=\"local\"} 8000"))
        #expect(lines.contains("trunkline_push_seconds_count{cluster=\"main\"} 8000"))
    }
}
