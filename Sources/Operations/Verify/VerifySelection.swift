/// Which objects a run looks at: those that are due, or a share of them, the ones whose check is oldest first.
package struct VerifySelection: Equatable, Sendable {
    /// The level this run checks at; a check at a lower one counts for nothing.
    package let level: VerifyLevel
    /// Milliseconds since 1970.
    package let now: Int64
    /// Seconds for which a check holds; nil: not at all.
    package let ageMax: Double?
    /// Which share of what is due, in percent of its bytes; nil: all of it.
    package let percent: Double?
    /// Decides among objects whose checks are equally old.
    package let seed: UInt64

    package init(level: VerifyLevel, now: Int64, ageMax: Double? = nil, percent: Double? = nil, seed: UInt64 = 0) {
        self.level = level
        self.now = now
        self.ageMax = ageMax
        self.percent = percent
        self.seed = seed
    }

    /// What became of the candidates; positions in the list of items.
    package struct Choice: Equatable, Sendable {
        /// Ascending.
        package var chosen: [Int] = []
        /// Checked recently enough.
        package var fresh: [Int] = []
        /// Due, and left out by the sample.
        package var left: [Int] = []
    }

    package func choose(among candidates: some Sequence<Int>, of items: [VerifyItem]) -> Choice {
        var choice = Choice()
        var due: [Int] = []
        for index in candidates {
            if isFresh(items[index]) { choice.fresh.append(index) } else { due.append(index) }
        }
        guard let percent, percent < 100 else {
            choice.chosen = due
            return choice
        }
        var random = SplitMix64(seed: seed)
        // Shuffled first: sorting keeps the order of those that are equally old.
        due.shuffle(using: &random)
        let ages = due.map { (index: $0, time: time(of: items[$0])) }
        let order = ages.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }
        let total = due.reduce(0.0) { $0 + Double(items[$1].byteCount) }
        var taken = 0.0
        for (_, entry) in order {
            guard choice.chosen.isEmpty || taken < total * percent / 100 else {
                choice.left.append(entry.index)
                continue
            }
            taken += Double(items[entry.index].byteCount)
            choice.chosen.append(entry.index)
        }
        choice.chosen.sort()
        choice.left.sort()
        return choice
    }

    /// Whether what is remembered of the item is enough not to look again.
    private func isFresh(_ item: VerifyItem) -> Bool {
        guard let ageMax, let check = item.check, check.level >= level else { return false }
        return Double(now - check.milliseconds) <= ageMax * 1000
    }

    /// What was never looked at thoroughly enough comes before everything else.
    private func time(of item: VerifyItem) -> Int64 {
        guard let check = item.check, check.level >= level else { return .min }
        return check.milliseconds
    }
}

/// Random numbers from a seed (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014), so that a
/// choice can be made again.
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
        return word ^ (word >> 31)
    }
}
