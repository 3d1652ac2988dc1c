import CSodium

/// libsodium, initialised before its first use.
enum Sodium {
    /// Chooses the fastest implementations for this processor and opens the source of randomness. Once per process:
    /// a global constant is initialised by the first thread that comes and waited for by the others.
    private static let isReady: Bool = sodium_init() >= 0

    /// Every type of this module that calls libsodium calls this in its initialiser.
    static func prepare() {
        precondition(isReady, "libsodium found no source of randomness")
    }

    /// Compares without telling by its duration where the difference is.
    static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.count == right.count && sodium_memcmp(left, right, left.count) == 0
    }

    /// Wipes octets that were secret on their way through an array.
    static func wipe(_ octets: inout [UInt8]) {
        octets.withUnsafeMutableBytes { sodium_memzero($0.baseAddress, $0.count) }
        octets.removeAll()
    }
}
