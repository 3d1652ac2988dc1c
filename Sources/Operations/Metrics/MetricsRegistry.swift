import Platform

/// The numbers of a process, kept for whoever asks: one for all threads.
///
/// A series exists from its first value on; the values of its labels are given in the order of the definition.
package final class MetricsRegistry: Sendable {
    private let series = Gate<[Metric: [[String]: Value]]>([:])

    /// What a series holds.
    enum Value: Equatable, Sendable {
        case number(Double)
        case histogram(Histogram)
    }

    struct Histogram: Equatable, Sendable {
        /// Observations by bucket, the one without a bound last; not added up.
        var counts: [UInt64]
        var sum: Double
    }

    package init() {}

    /// Adds to a counter or a gauge. A counter takes nothing that is negative.
    package func add(_ metric: Metric, _ value: Double = 1, _ labels: String...) {
        if metric.definition.kind == .counter, value < 0 { return }
        change(metric, labels) { $0 = .number($0.number + value) }
    }

    /// Sets a gauge; nil forgets the series, because what it spoke of is not known any more.
    package func set(_ metric: Metric, _ value: Double?, _ labels: String...) {
        guard let value else { return series.withLock { $0[metric]?[labels] = nil } }
        change(metric, labels) { $0 = .number(value) }
    }

    /// Sets a gauge that has no value yet: somebody who knows better may have set it.
    package func setFirst(_ metric: Metric, _ value: Double, _ labels: String...) {
        guard series.withLock({ $0[metric]?[labels] == nil }) else { return }
        change(metric, labels) { $0 = .number(value) }
    }

    /// Brings a counter to what somebody else has counted; it never goes back.
    package func raise(_ metric: Metric, to value: Double, _ labels: String...) {
        change(metric, labels) { $0 = .number(max($0.number, value)) }
    }

    /// Counts an observation of a histogram.
    package func observe(_ metric: Metric, _ seconds: Double, _ labels: String...) {
        guard case .histogram(let buckets) = metric.definition.kind, seconds.isFinite else { return }
        change(metric, labels) { value in
            guard case .histogram(var histogram) = value else { return }
            histogram.counts[buckets.index(of: seconds)] += 1
            histogram.sum += seconds
            value = .histogram(histogram)
        }
    }

    /// Brings the series into being, with nothing counted yet: a rate can only be told of a counter that was seen at
    /// zero.
    package func begin(_ metric: Metric, _ labels: String...) {
        change(metric, labels) { _ in }
    }

    /// Forgets every series of which the label `name` has this value: the cluster or the repository is gone.
    package func removeAll(where name: String, is value: String) {
        series.withLock { series in
            for metric in series.keys {
                guard let place = metric.definition.labels.firstIndex(of: name) else { continue }
                series[metric] = series[metric]?.filter { $0.key[place] != value }
            }
        }
    }

    /// Everything of one moment, in Prometheus's text format.
    package var text: String { MetricsText.text(snapshot) }

    var snapshot: [Metric: [[String]: Value]] { series.withLock { $0 } }

    private func change(_ metric: Metric, _ labels: [String], _ body: (inout Value) -> Void) {
        let definition = metric.definition
        assert(labels.count == definition.labels.count, "\(metric) has the labels \(definition.labels)")
        guard labels.count == definition.labels.count else { return }
        series.withLock { series in
            var value = series[metric]?[labels] ?? Value(definition.kind)
            body(&value)
            series[metric, default: [:]][labels] = value
        }
    }
}

extension MetricsRegistry.Value {
    /// Nothing yet.
    fileprivate init(_ kind: MetricKind) {
        switch kind {
        case .counter, .gauge: self = .number(0)
        case .histogram(let buckets):
            let counts = [UInt64](repeating: 0, count: buckets.bounds.count + 1)
            self = .histogram(MetricsRegistry.Histogram(counts: counts, sum: 0))
        }
    }

    fileprivate var number: Double {
        if case .number(let number) = self { number } else { 0 }
    }
}
