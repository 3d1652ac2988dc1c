import Testing
import trunkline

@Suite struct AmountTests {
    @Test(arguments: [
        (0, "0 B"), (999, "999 B"), (1000, "1.0 KiB"), (1024, "1.0 KiB"), (1 << 20, "1.0 MiB"), (16 << 20, "16.0 MiB"),
        (831_488, "812 KiB"), (1_503_238_553, "1.4 GiB"), (1 << 60, "1024 PiB"),
    ])
    func bytes(_ count: UInt64, _ text: String) { #expect(Amount.bytes(count) == text) }

    @Test(arguments: [
        (-1, "0.0 s"), (0.04, "0.0 s"), (0.36, "0.4 s"), (9.94, "9.9 s"), (9.96, "10 s"), (59.4, "59 s"),
        (59.6, "1 min 00 s"), (185, "3 min 05 s"), (7620, "2 h 07 min"), (273_600, "3 d 04 h"),
    ])
    func duration(_ seconds: Double, _ text: String) { #expect(Amount.duration(seconds) == text) }

    @Test(arguments: [
        (0, 0, "0 %"), (0, 7, "0 %"), (1, 1000, "1 %"), (999, 1000, "99 %"), (7, 7, "100 %"), (43, 100, "43 %"),
    ])
    func share(_ part: UInt64, _ whole: UInt64, _ text: String) { #expect(Amount.share(part, of: whole) == text) }

    @Test func countsAndTimes() {
        #expect(Amount.count(1, "pack") == "1 pack")
        #expect(Amount.count(0, "pack") == "0 packs")
        #expect(Amount.time("2026-11-25T14:30:00Z") == "2026-11-25 14:30:00Z")
    }
}
