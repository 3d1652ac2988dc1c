import Testing
import trunkline

@Suite struct ByteTextTests {
    @Test(
        arguments: [
            (0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (1536, "1.5 KiB"), (10_188, "9.9 KiB"), (10_189, "10 KiB"),
            (1_048_064, "1.0 MiB"), (1_048_063, "1023 KiB"), (23 << 30, "23 GiB"), (.max, "16 EiB"),
        ] as [(UInt64, String)])
    func isShort(_ bytes: UInt64, _ text: String) {
        #expect(ByteText.text(bytes) == text)
    }
}
