import Platform

/// Random numbers that can be had again: the seed is printed, and taken from TRUNKLINE_SEED where that is set.
package struct SeededRandom: RandomNumberGenerator {
    package let seed: UInt64
    private var state: UInt64

    /// - Parameter name: names the test beside the printed seed; each name gets a sequence of its own.
    package init(_ name: String) {
        let given = Process.environment["TRUNKLINE_SEED"].flatMap { UInt64($0) }
        self.init(seed: given ?? SystemRandomNumberGenerator.seed(), name: name)
        print("\(name): TRUNKLINE_SEED=\(seed)")
    }

    package init(seed: UInt64, name: String) {
        self.seed = seed
        // FNV-1a over the name, so that tests with one seed do not share numbers.
        state = name.utf8.reduce(seed ^ 0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
    }

    /// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
        return word ^ (word >> 31)
    }

    package mutating func octets(_ count: Int) -> [UInt8] {
        var octets: [UInt8] = []
        octets.reserveCapacity(count + 8)
        while octets.count < count {
            withUnsafeBytes(of: next()) { octets.append(contentsOf: $0) }
        }
        octets.removeLast(octets.count - count)
        return octets
    }

    /// From 0 up to, not including, 1.
    package mutating func fraction() -> Double { Double.random(in: 0..<1, using: &self) }
}

extension SystemRandomNumberGenerator {
    fileprivate static func seed() -> UInt64 {
        var system = SystemRandomNumberGenerator()
        return system.next()
    }
}
