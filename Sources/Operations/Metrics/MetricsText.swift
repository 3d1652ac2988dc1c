/// Prometheus's text format, version 0.0.4
/// (https://github.com/prometheus/docs/blob/main/docs/instrumenting/exposition_formats.md).
package enum MetricsText {
    /// What a server says of it.
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// In the order of `Metric`, and within one by the values of its labels; what has no series is left out.
    static func text(_ series: [Metric: [[String]: MetricsRegistry.Value]]) -> String {
        var text = ""
        for metric in Metric.allCases {
            guard let values = series[metric], !values.isEmpty else { continue }
            let definition = metric.definition
            text += "# HELP \(metric.name) \(escaped(definition.help, quote: false))\n"
            text += "# TYPE \(metric.name) \(definition.kind.word)\n"
            for (labels, value) in values.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
                text += lines(definition, Array(zip(definition.labels, labels)), value)
            }
        }
        return text
    }

    private static func lines(
        _ definition: MetricDefinition, _ labels: [(String, String)], _ value: MetricsRegistry.Value
    ) -> String {
        let name = definition.metric.name
        switch value {
        case .number(let number): return line(name, labels, Self.number(number))
        case .histogram(let histogram):
            guard case .histogram(let buckets) = definition.kind else { return "" }
            var count: UInt64 = 0
            var text = ""
            for (bound, observed) in zip(buckets.bounds + [.infinity], histogram.counts) {
                count += observed
                text += line("\(name)_bucket", labels + [("le", Self.number(bound))], "\(count)")
            }
            return text + line("\(name)_sum", labels, Self.number(histogram.sum))
                + line("\(name)_count", labels, "\(count)")
        }
    }

    private static func line(_ name: String, _ labels: [(String, String)], _ value: String) -> String {
        let pairs = labels.map { "\($0.0)=\"\(escaped($0.1, quote: true))\"" }.joined(separator: ",")
        return pairs.isEmpty ? "\(name) \(value)\n" : "\(name){\(pairs)} \(value)\n"
    }

    /// Beyond this not every integer is a double (2^53).
    private static let exactMax = 9_007_199_254_740_992.0

    /// As Go's ParseFloat reads it; whole numbers without a point.
    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if value == value.rounded(), abs(value) <= exactMax { return "\(Int64(value))" }
        return "\(value)"
    }

    /// A line stays a line. Quotes are escaped in values of labels alone.
    private static func escaped(_ text: String, quote: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quote: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
