import TestSupport

/// Contents of the tests, always the same.
enum Octets {
    /// Octets that zstd cannot shrink.
    static func noise(_ count: Int, seed: UInt64) -> [UInt8] {
        var random = SeededRandom(seed: seed, name: "noise")
        return random.octets(count)
    }

    /// Octets that zstd shrinks a lot.
    static func text(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 >> 8 ^ $0 & 7) } }
}
