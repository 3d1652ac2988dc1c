import Operations
import Testing

@Suite struct QuantityTests {
    @Test(arguments: [
        ("4096", 4096), ("0", 0), ("1B", 1), ("8MiB", 8 << 20), ("8 MiB", 8 << 20), ("64kB", 64_000), ("2GiB", 2 << 30),
        ("1TiB", 1 << 40), ("3GB", 3_000_000_000),
    ])
    func sizes(_ text: String, _ bytes: Int) {
        #expect(Quantity.bytes(text) == bytes)
    }

    @Test(arguments: [
        "", "MiB", "8mib", "8Mi", "-1", "1.5MiB", "8 M iB", "9223372036854775807KiB", "99999999999999999999",
        "8\u{0661}", "٣",
        " 1", "0x10", "1e3", "1_000",
    ])
    func notSizes(_ text: String) {
        #expect(Quantity.bytes(text) == nil)
    }

    @Test(arguments: [
        ("30", 30), ("30s", 30), ("5min", 300), ("5 min", 300), ("250ms", 0.25), ("1.5h", 5400), ("1d", 86_400),
        ("0.5", 0.5),
    ])
    func durations(_ text: String, _ seconds: Double) {
        #expect(Quantity.seconds(text) == seconds)
    }

    @Test(arguments: ["", "s", "5m", "-1s", "1e9", "inf", "nan", "1..5", ".5", "5.", "5 minutes"])
    func notDurations(_ text: String) {
        #expect(Quantity.seconds(text) == nil)
    }

    @Test(arguments: [16 << 20, 5 << 20, 1 << 30, 1000, 1, 0, 3 << 10])
    func sizesAreReadBack(_ bytes: Int) {
        #expect(Quantity.bytes(Quantity.text(bytes: bytes)) == bytes)
    }

    @Test(arguments: [300.0, 1, 0, 90, 86_400, 3600, 0.25, 5400])
    func durationsAreReadBack(_ seconds: Double) {
        #expect(Quantity.seconds(Quantity.text(seconds: seconds)) == seconds)
    }

    @Test func nearestWords() {
        #expect(Spelling.nearest(to: "lookahed", among: ["lookahead", "prefetch"]) == "lookahead")
        #expect(Spelling.nearest(to: "ulr", among: ["url"]) == "url")
        #expect(Spelling.nearest(to: "completely", among: ["different"]) == nil)
        #expect(Spelling.nearest(to: "", among: ["a"]) == "a")
        #expect(Spelling.nearest(to: "x", among: []) == nil)
    }
}
