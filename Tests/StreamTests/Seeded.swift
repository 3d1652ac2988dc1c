import Platform

/// A generator that a printed number reproduces: set TRUNKLINE_SEED to the one of a failed run.
struct Seeded: RandomNumberGenerator {
    let seed: UInt64
    private var state: UInt64

    init(test: String) {
        seed = Process.environment["TRUNKLINE_SEED"].flatMap { UInt64($0) } ?? Entropy.uniform(below: .max)
        state = seed
        print("\(test): TRUNKLINE_SEED=\(seed)")
    }

    /// SplitMix64 (Steele, Lea, Flood 2014).
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
