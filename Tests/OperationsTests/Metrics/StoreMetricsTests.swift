import Format
import Platform
import Storage
import Stream
import TestSupport
import Testing

@testable import Operations

@Suite struct StoreMetricsTests {
    private let registry = MetricsRegistry()

    /// The series that are not zero, without their common beginning and the buckets.
    private var lines: [String] {
        registry.text.split(separator: "\n").map(String.init).filter {
            !$0.hasPrefix("#") && !$0.contains("_bucket") && !$0.contains("_sum") && !$0.hasSuffix(" 0")
        }.map { $0.replacing("trunkline_", with: "").replacing("repository=\"offsite\"", with: "…") }
    }

    @Test func whatIsNotCountedYetIsZero() {
        _ = StoreMetrics(registry, repository: "offsite")
        #expect(lines == [])
        #expect(registry.text.contains("trunkline_store_throttled_total{repository=\"offsite\"} 0\n"))
        #expect(registry.text.contains("trunkline_part_upload_seconds_count{repository=\"offsite\"} 0\n"))
    }

    @Test func everyTryIsCounted() throws {
        let metrics = StoreMetrics(registry, repository: "offsite")
        let faulty = FaultyStore(MemoryStore(), .before, only: [.create], code: .throttled) { $0 <= 2 }
        let store = RetryingStore(MeasuredStore(faulty, observer: metrics), observer: metrics, sleep: { _ in })
        let key = try #require(ObjectKey("a"))
        _ = try store.create(key, .copying([1, 2, 3]), until: .never)
        var block = Block(capacity: 10)
        _ = try store.read(key, from: 1, into: &block, until: .never)
        _ = try store.head(key, until: .never)
        let session = try store.beginUpload(try #require(ObjectKey("b")), until: .never)
        _ = try store.upload(UploadPart(number: 1, offset: 0, content: .copying([4])), to: session, until: .never)
        store.abort(session)
        #expect(
            lines == [
                "store_requests_total{…,operation=\"abort_upload\"} 1",
                "store_requests_total{…,operation=\"begin_upload\"} 1",
                "store_requests_total{…,operation=\"create\"} 3",
                "store_requests_total{…,operation=\"head\"} 1",
                "store_requests_total{…,operation=\"read\"} 1",
                "store_requests_total{…,operation=\"upload_part\"} 1",
                "store_failures_total{…,cause=\"throttled\"} 2",
                "store_retries_total{…,cause=\"throttled\"} 2",
                "store_throttled_total{…} 2",
                "store_sent_bytes_total{…} 4",
                "store_received_bytes_total{…} 2",
                "part_upload_seconds_count{…} 2",
            ])
    }

    @Test(arguments: StoreError.Code.allCases)
    func causesAreWords(_ code: StoreError.Code) {
        StoreMetrics(registry, repository: "offsite").retries(.read, after: code)
        let label = lines.first?.split(separator: "cause=").last?.split(separator: "\"").first
        #expect(label?.utf8.allSatisfy { $0 == UInt8(ascii: "_") || (97...122).contains($0) } == true, "\(lines)")
    }

    /// What the agent passes is heard of every request to a configured repository.
    @Test func repositoriesTellTheirObserver() throws {
        let host = try Host()
        try host.found()
        let (configuration, _) = try host.configuration()
        let tally = StoreTally()
        let repositories = try Repositories.open(configuration.repositories, environment: [:]) { settings in
            settings.name == "local" ? tally : nil
        }
        let repository = try #require(repositories.first)
        _ = try repository.store.head(RepositoryLayout.marker, until: .never)
        #expect(tally[.head].calls == 1)
    }
}
