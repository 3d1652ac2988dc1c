import Platform
import Testing

@Suite struct EntropyTests {
    @Test func givesAsManyBytesAsAsked() {
        #expect(Entropy.bytes(0) == [])
        // More than the kernel gives in one piece without being interruptible.
        #expect(Entropy.bytes(100_000).count == 100_000)
        #expect(Entropy.bytes(32) != Entropy.bytes(32))
    }

    @Test func staysBelowTheBound() {
        for bound in [1, 2, 3, 1 << 40] as [UInt64] {
            for _ in 0..<100 { #expect(Entropy.uniform(below: bound) < bound) }
        }
        for _ in 0..<100 { #expect((0..<1).contains(Entropy.fraction())) }
    }
}
