import Operations
import Platform
import Synchronization
import Testing
import trunkline

@Suite struct ProgressTests {
    private let mebibyte: UInt64 = 1 << 20

    /// Moves on by so many seconds and so many MiB at a time, and keeps what was said with its second.
    private func transcript(
        _ style: ProgressMeter.Style, phase: String = "read packs", total: UInt64, steps: Int, seconds: Double,
        mebibytes: UInt64, columns: Int = 79
    ) -> [String] {
        var meter = ProgressMeter(style)
        meter.begin(phase, totalBytes: total, now: 5_000_000_000)
        var lines: [String] = []
        for step in 0...steps {
            if step > 0 { meter.advance(mebibytes * mebibyte) }
            let elapsed = Double(step) * seconds
            if let line = meter.line(now: 5_000_000_000 + UInt64(elapsed * 1e9), columns: { columns }) {
                lines.append("\(elapsed) \(line)")
            }
        }
        let end = 5_000_000_000 + UInt64(Double(steps) * seconds * 1e9)
        if let line = meter.end(now: end) { lines.append("end \(line)") }
        return lines
    }

    @Test func aBarOfOneLine() {
        let lines = transcript(.bar, total: 400 * mebibyte, steps: 4, seconds: 1, mebibytes: 100, columns: 85)
        #expect(
            lines == [
                "0.0 read packs [................]   0 %  0 B of 400 MiB",
                "1.0 read packs [####............]  25 %  100 MiB of 400 MiB  100 MiB/s  3.0 s left",
                "2.0 read packs [########........]  50 %  200 MiB of 400 MiB  100 MiB/s  2.0 s left",
                "3.0 read packs [############....]  75 %  300 MiB of 400 MiB  100 MiB/s  1.0 s left",
                "4.0 read packs [################] 100 %  400 MiB of 400 MiB  100 MiB/s",
            ])
    }

    @Test func aNarrowTerminalGetsNoBar() {
        let lines = transcript(.bar, total: 400 * mebibyte, steps: 1, seconds: 2, mebibytes: 100, columns: 40)
        #expect(lines.last == "2.0 read packs  25 %  100 MiB of 400 MiB  50")
    }

    @Test func withoutATotalOnlyWhatIsDone() {
        let lines = transcript(.bar, phase: "store stream", total: 0, steps: 1, seconds: 2, mebibytes: 100)
        #expect(lines == ["0.0 store stream  0 B", "2.0 store stream  100 MiB  50.0 MiB/s"])
    }

    @Test func redrawnTenTimesASecondAtMost() {
        let lines = transcript(.bar, total: 400 * mebibyte, steps: 1000, seconds: 0.001, mebibytes: 0)
        #expect((10...11).contains(lines.count), "\(lines.count)")
    }

    @Test func linesForALogAreFew() {
        let lines = transcript(.lines, total: 86_400 * mebibyte, steps: 86_400, seconds: 1, mebibytes: 1)
        #expect(lines.first == "10.0 read packs: 10.0 MiB of 84.4 GiB, 1 %, 1.0 MiB/s, 23 h 59 min left")
        #expect(lines.last == "end read packs: 84.4 GiB in 1 d 00 h")
        #expect(lines.count < 250, "\(lines.count)")
    }

    @Test func nothingIsSaidOfWhatIsSoonOver() {
        #expect(transcript(.lines, total: 100 * mebibyte, steps: 9, seconds: 1, mebibytes: 10).isEmpty)
    }

    @Test func theRateIsThatOfTheLastSeconds() {
        var meter = ProgressMeter(.lines)
        meter.begin("read", totalBytes: 1000 * mebibyte, now: 0)
        meter.advance(500 * mebibyte)
        var last: String?
        for second in 1...120 {
            if second > 60 { meter.advance(mebibyte) }
            last = meter.line(now: UInt64(second) * 1_000_000_000, columns: { 0 }) ?? last
        }
        #expect(last == "read: 560 MiB of 1.0 GiB, 56 %, 1.0 MiB/s, 7 min 20 s left")
    }

    @Test func whatIsPrintedStandsAboveTheBar() {
        let written = Mutex<[String]>([])
        let console = Console(isColoured: false, isTerminal: true) { stream, text in
            written.withLock { $0.append("\(stream) \(text)") }
        }
        let time = Mutex<UInt64>(0)
        let progress = Progress(console, columns: { 60 }, clock: { time.withLock { $0 } })
        progress.begin("read packs", totalBytes: 0)
        console.warning("careful")
        time.withLock { $0 += 50_000_000 }
        progress.advance(1024)
        time.withLock { $0 += 50_000_000 }
        progress.advance(1024)
        progress.end()
        console.result("done\n")
        #expect(
            written.withLock { $0 } == [
                "error \r\u{1B}[Kread packs  0 B", "error \r\u{1B}[Ktrunkline: warning: careful\nread packs  0 B",
                "error \r\u{1B}[Kread packs  2.0 KiB", "error \r\u{1B}[K", "output done\n",
            ])
    }
}
