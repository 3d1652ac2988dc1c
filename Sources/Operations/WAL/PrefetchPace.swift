/// How many segments to keep ahead of a recovery, from how fast it takes them and how long one takes to come.
///
/// Times are in seconds of a clock that only ever grows.
struct PrefetchPace: Equatable, Sendable {
    /// Never fewer, so that a recovery does not crawl before anything is known about it.
    private let first: Int
    /// Never more: what lies beside `pg_wal` is bounded.
    let limit: Int
    private var takes: [Double] = []
    private var fetchSeconds: Double?
    private var learnt = 0

    /// The speed is that of the last so many segments.
    private static let takesMax = 9
    /// Fewer say little.
    private static let takesMin = 4
    /// Both numbers are means, and half of all fetches take longer than the mean.
    private static let margin = 2.0
    /// The weight of the last fetch in the mean.
    private static let weight = 0.25
    /// `wal.prefetch` counts segments of this size, PostgreSQL's default: of smaller ones there may be more when it
    /// helps, and of larger ones there are fewer, but not less than two, for one is being replaced all the time.
    private static let countedBytes: UInt64 = 16 << 20
    private static let leastOfLarge = 2
    /// A directory is listed at each look; no recovery replays so many segments while one comes.
    private static let segmentsMax = 256

    /// - Parameters:
    ///   - prefetch: `wal.prefetch`, at least one.
    ///   - segmentBytes: of one segment.
    init(prefetch: Int, segmentBytes: UInt64) {
        let bytes = UInt64(prefetch) * Self.countedBytes
        let fitting = Int(clamping: bytes / max(segmentBytes, 1))
        let least = min(prefetch, Self.leastOfLarge)
        self.init(first: min(prefetch, max(fitting, least)), limit: min(max(fitting, least), Self.segmentsMax))
    }

    init(first: Int, limit: Int) {
        self.first = first
        self.limit = max(first, limit)
    }

    /// What is to be kept ahead now, that being fetched included.
    var ahead: Int { min(max(first, learnt, needed), limit) }

    /// So many segments were taken.
    mutating func took(_ count: Int, at now: Double) {
        takes += Array(repeating: now, count: min(count, Self.takesMax))
        takes.removeFirst(max(0, takes.count - Self.takesMax))
    }

    /// One came in that time.
    mutating func fetched(seconds: Double) {
        fetchSeconds = fetchSeconds.map { $0 + (seconds - $0) * Self.weight } ?? seconds
    }

    /// A segment was wanted before it had come: twice as many are needed, whatever the means say.
    mutating func starved() { learnt = min(ahead * 2, limit) }

    /// What is taken while one comes.
    private var needed: Int {
        guard takes.count >= Self.takesMin, let fetchSeconds, let start = takes.first, let end = takes.last, end > start
        else { return 0 }
        let rate = Double(takes.count - 1) / (end - start)
        return Int((rate * fetchSeconds * Self.margin).rounded(.up)) + 1
    }
}
