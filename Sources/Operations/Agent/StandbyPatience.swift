import Format

/// What is known of the questions of one standby for segments that are not in the archive yet.
///
/// A standby that follows an archive asks for the next segment, and then sleeps (`wal_retrieve_retry_interval`, 5 s by
/// default) before it asks again; a segment that comes meanwhile would wait as long. So one that has asked for the same
/// segment again after such a pause is kept waiting for most of the next ones instead: they are slept through in here,
/// with an eye on the archive. A standby that has something to stream from does not come back for the same segment and
/// is not kept. Times are in seconds of a clock that only ever grows.
struct StandbyPatience: Sendable {
    /// What the server asks for first each time; the same segment on older timelines follows (`XLogFileReadAnyTLI`,
    /// access/transam/xlogrecovery.c).
    private var first: SegmentName?
    private var askedAt = 0.0
    /// How long it sleeps between its questions, and when that was last seen.
    private var pause: (seconds: Double, seenAt: Double)?
    private var missing: [SegmentName: Double] = [:]

    /// A confirmed "missing" of a segment answers the same question for so long.
    static let rememberedSeconds = 0.3
    /// Timelines are few.
    private static let rememberedMax = 64
    /// A standby that asks more often than this needs no help.
    static let pauseSecondsMin = 1.0
    /// It is answered so long before it would ask again, so that it has time to look elsewhere.
    static let marginSeconds = 0.25
    /// It is never kept longer: it cannot do anything else meanwhile.
    static let holdSecondsMax = 8.0
    /// After a longer silence the question is a new one.
    static let silenceSeconds = 60.0
    /// What was seen of its pauses holds for so long: it may have got something to stream from.
    static let learntSeconds = 600.0

    /// Whether the segment was missing just now.
    func remembers(_ name: SegmentName, now: Double) -> Bool { missing[name].map { now < $0 } ?? false }

    /// The server asked for `name` at `asked`, and it is missing. Tells whether it is what it waits for, and how long
    /// from then on it is to be kept waiting.
    ///
    /// Never with the first question for a segment: the server asks that to read ahead, with records in hand that it
    /// has yet to replay (`XLogPageRead` with `nonblocking`, access/transam/xlogrecovery.c), and asks again after.
    mutating func missed(_ name: SegmentName, asked: Double) -> (isAwaited: Bool, holdSeconds: Double) {
        let silence = asked - askedAt
        guard name == first else {
            // Another one is asked for first only when the server has moved on.
            guard first == nil || silence >= Self.silenceSeconds || isBehind(name) else { return (false, 0) }
            first = name
            askedAt = asked
            return (true, 0)
        }
        if silence >= Self.pauseSecondsMin, silence < Self.silenceSeconds { pause = (silence, asked) }
        askedAt = asked
        guard let pause, asked - pause.seenAt < Self.learntSeconds else { return (true, 0) }
        return (true, min(pause.seconds - Self.marginSeconds, Self.holdSecondsMax))
    }

    /// The answer of now is good for a moment; not of the segment that a standby is kept waiting for.
    mutating func remember(_ name: SegmentName, now: Double) {
        guard name != first || pause == nil else { return }
        missing = missing.filter { now < $0.value }
        guard missing.count < Self.rememberedMax else { return }
        missing[name] = now + Self.rememberedSeconds
    }

    /// The server has got a segment.
    mutating func restored() {
        first = nil
        missing = [:]
    }

    /// Whether `name` is on a newer timeline, or further on.
    private func isBehind(_ name: SegmentName) -> Bool { first.map { $0 < name } ?? true }
}
