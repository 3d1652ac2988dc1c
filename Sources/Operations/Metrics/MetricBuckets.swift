/// The upper bounds of a histogram's buckets, in seconds; the last bucket, without a bound, goes without saying.
///
/// Fixed, because servers can only add up what has the same buckets.
package struct MetricBuckets: Equatable, Sendable {
    /// Ascending.
    package let bounds: [Double]

    /// From an answer out of memory, half a millisecond, to a store that is in trouble, a minute: at least two buckets
    /// for each factor of ten, three where the time is usually spent.
    package static let latency = MetricBuckets(bounds: [
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
    ])

    /// The bucket that counts `seconds`: the first whose bound is not below; `bounds.count` for the one without.
    package func index(of seconds: Double) -> Int {
        bounds.firstIndex { seconds <= $0 } ?? bounds.count
    }
}
