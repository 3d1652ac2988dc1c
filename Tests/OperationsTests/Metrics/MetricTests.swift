import Operations
import Testing

/// The definitions against Prometheus's conventions (https://prometheus.io/docs/practices/naming/).
@Suite struct MetricTests {
    @Test func everyMetricIsDefinedOnceAndInOrder() {
        #expect(MetricDefinition.all.map(\.metric) == Metric.allCases)
    }

    @Test(arguments: MetricDefinition.all)
    func namesFollowTheConventions(_ definition: MetricDefinition) {
        let name = definition.metric.name
        #expect(name.hasPrefix("trunkline_"))
        #expect(name.utf8.allSatisfy { $0 == UInt8(ascii: "_") || (97...122).contains($0) }, "\(name)")
        #expect(name.hasSuffix("_total") == (definition.kind == .counter), "\(name)")
        if case .histogram = definition.kind { #expect(name.hasSuffix("_seconds"), "\(name)") }
        for end in ["_count", "_sum", "_bucket"] { #expect(!name.hasSuffix(end), "\(name)") }
        for unit in ["milliseconds", "minutes", "kilobytes", "percent"] { #expect(!name.contains(unit), "\(name)") }
        #expect(name.contains("timestamp") == name.hasSuffix("_timestamp_seconds"), "\(name)")
        #expect(!definition.labels.contains("le"))
        #expect(Set(definition.labels).count == definition.labels.count)
    }

    @Test(arguments: MetricDefinition.all)
    func oneSentenceExplains(_ definition: MetricDefinition) {
        #expect(definition.help.hasSuffix("."))
        #expect(definition.help.first?.isUppercase == true || definition.help.first?.isNumber == true)
        #expect(!definition.help.contains("\n"))
        #expect(definition.help.count <= 110, "\(definition.help.count)")
    }

    @Test func bucketsAscendFromHalfAMillisecondToAMinute() {
        let bounds = MetricBuckets.latency.bounds
        #expect(bounds == bounds.sorted())
        #expect(Set(bounds).count == bounds.count)
        #expect(bounds.first == 0.0005)
        #expect(bounds.last == 60)
        #expect(MetricBuckets.latency.index(of: 0.0005) == 0)
        #expect(MetricBuckets.latency.index(of: 60.1) == bounds.count)
    }
}
