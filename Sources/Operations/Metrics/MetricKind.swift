/// What a number is, in Prometheus's words (https://prometheus.io/docs/concepts/metric_types/).
package enum MetricKind: Equatable, Sendable {
    /// Only ever grows, from zero when the process starts.
    case counter
    /// Goes up and down.
    case gauge
    /// Seconds, counted by how many they are.
    case histogram(MetricBuckets)

    /// The word of the text format.
    package var word: String {
        switch self {
        case .counter: "counter"
        case .gauge: "gauge"
        case .histogram: "histogram"
        }
    }
}
