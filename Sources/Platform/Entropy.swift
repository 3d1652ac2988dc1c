internal import CLinux
internal import Glibc

/// Random numbers of the kernel (getrandom(2)), fit for keys.
package enum Entropy {
    /// `count` random bytes. The kernel has no reason to refuse: this traps when it does.
    package static func bytes(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            fill(UnsafeMutableRawBufferPointer(buffer))
            initialized = count
        }
    }

    /// A number of 0..<bound, all equally likely. `bound` must not be zero.
    package static func uniform(below bound: UInt64) -> UInt64 {
        var generator = Generator()
        return UInt64.random(in: 0..<bound, using: &generator)
    }

    /// A number of 0..<1, for jitter.
    package static func fraction() -> Double {
        // 53 bits are what a Double can tell apart in this range.
        Double(uniform(below: 1 << 53)) / Double(1 << 53)
    }

    private struct Generator: RandomNumberGenerator {
        mutating func next() -> UInt64 {
            var number: UInt64 = 0
            withUnsafeMutableBytes(of: &number, Entropy.fill)
            return number
        }
    }

    private static func fill(_ buffer: UnsafeMutableRawBufferPointer) {
        var rest = buffer[...]
        while !rest.isEmpty {
            let part = UnsafeMutableRawBufferPointer(rebasing: rest)
            let count = getrandom(part.baseAddress, part.count, 0)
            // A signal may come first; there is no other reason on any kernel that has the call (Linux 3.17).
            precondition(count >= 0 || errno == EINTR, "the kernel gives random bytes")
            rest = rest.dropFirst(max(0, count))
        }
    }
}
