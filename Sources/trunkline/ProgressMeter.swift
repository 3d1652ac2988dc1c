/// How far one phase of an operation has come, as text, and how often that is worth saying.
///
/// Pure: whoever calls gives the time, in nanoseconds of a clock that only grows.
package struct ProgressMeter: Equatable, Sendable {
    package enum Style: Equatable, Sendable {
        /// One line that is drawn over and over.
        case bar
        /// A line now and then, for logs.
        case lines
    }

    private let style: Style
    private var phase = ""
    private var totalBytes: UInt64 = 0
    private var doneBytes: UInt64 = 0
    private var beginning: UInt64 = 0
    /// When there is something to say again.
    private var due: UInt64 = 0
    private var hasSpoken = false
    /// Where it was in the last seconds, oldest first: the rate is that of now, not of the whole.
    private var samples: [Sample] = []

    private struct Sample: Equatable {
        let time: UInt64
        let doneBytes: UInt64
    }

    /// Often enough to look alive, seldom enough to cost nothing.
    private static let barIntervalNanoseconds: UInt64 = 100_000_000
    private static let second: UInt64 = 1_000_000_000
    /// One a second.
    private static let samplesMax = 15
    /// Widths of the bar itself; a narrower terminal gets none.
    private static let barWidths = 10...40
    /// What is kept free for the numbers behind the bar, so that it does not change its width: the longest are
    /// `999 MiB of 999 MiB  999 MiB/s  59 min 59 s left`.
    private static let tailColumns = 48

    package init(_ style: Style) { self.style = style }

    package mutating func begin(_ phase: String, totalBytes: UInt64, now: UInt64) {
        self = ProgressMeter(style)
        self.phase = phase
        self.totalBytes = totalBytes
        beginning = now
        due = style == .bar ? now : now + Self.lineInterval(after: 0)
        samples = [Sample(time: now, doneBytes: 0)]
    }

    package mutating func advance(_ bytes: UInt64) { doneBytes += bytes }

    /// The line to show now; nil when it is too soon. Asking is cheap.
    ///
    /// - Parameter columns: how wide a bar's line may be; asked for only when one is drawn.
    package mutating func line(now: UInt64, columns: () -> Int) -> String? {
        sample(now)
        guard now >= due, !samples.isEmpty else { return nil }
        switch style {
        case .bar:
            due = now + Self.barIntervalNanoseconds
            return bar(columns: columns(), now: now)
        case .lines:
            due = now + Self.lineInterval(after: now - beginning)
            hasSpoken = true
            let parts = [amount, share, rate(now), left(now)].compactMap(\.self)
            return "\(phase): \(parts.joined(separator: ", "))"
        }
    }

    /// What to say at the end of the phase: nothing about one that nobody had to wait for.
    package mutating func end(now: UInt64) -> String? {
        defer { samples = [] }
        guard style == .lines, hasSpoken else { return nil }
        return "\(phase): \(Amount.bytes(doneBytes)) in \(Amount.duration(seconds(from: beginning, to: now)))"
    }

    /// Every ten seconds in the first minute, every minute in the first hour, then every ten minutes: a day makes some
    /// two hundred lines.
    private static func lineInterval(after elapsed: UInt64) -> UInt64 {
        switch elapsed {
        case ..<(60 * second): 10 * second
        case ..<(3600 * second): 60 * second
        default: 600 * second
        }
    }

    private mutating func sample(_ now: UInt64) {
        guard let last = samples.last, now - last.time >= Self.second else { return }
        samples.append(Sample(time: now, doneBytes: doneBytes))
        if samples.count > Self.samplesMax { samples.removeFirst() }
    }

    private func bar(columns: Int, now: UInt64) -> String {
        let head = totalBytes == 0 ? phase : "\(phase) "
        let tail = [amount, rate(now), left(now)].compactMap(\.self).joined(separator: "  ")
        guard totalBytes > 0 else { return String("\(head)  \(tail)".prefix(columns)) }
        let percent = share ?? ""
        let padded = String(repeating: " ", count: max(0, 6 - percent.count)) + percent
        // Two brackets, and two spaces.
        let room = columns - head.count - padded.count - max(tail.count, Self.tailColumns) - 4
        guard room >= Self.barWidths.lowerBound else { return String("\(phase)\(padded)  \(tail)".prefix(columns)) }
        let width = min(room, Self.barWidths.upperBound)
        let filled = Int(Double(width) * min(Double(doneBytes) / Double(totalBytes), 1))
        let drawn = String(repeating: "#", count: filled) + String(repeating: ".", count: width - filled)
        return "\(head)[\(drawn)]\(padded)  \(tail)"
    }

    private var amount: String {
        totalBytes == 0 ? Amount.bytes(doneBytes) : "\(Amount.bytes(doneBytes)) of \(Amount.bytes(totalBytes))"
    }

    private var share: String? { totalBytes == 0 ? nil : Amount.share(min(doneBytes, totalBytes), of: totalBytes) }

    private func rate(_ now: UInt64) -> String? {
        bytesPerSecond(now).map { "\(Amount.bytes(UInt64($0)))/s" }
    }

    private func left(_ now: UInt64) -> String? {
        guard totalBytes > doneBytes, let rate = bytesPerSecond(now), rate > 0 else { return nil }
        return "\(Amount.duration(Double(totalBytes - doneBytes) / rate)) left"
    }

    /// Nil before a second has passed: it would be a guess.
    private func bytesPerSecond(_ now: UInt64) -> Double? {
        guard let first = samples.first, now - first.time >= Self.second else { return nil }
        return Double(doneBytes - first.doneBytes) / seconds(from: first.time, to: now)
    }

    private func seconds(from start: UInt64, to end: UInt64) -> Double {
        Double(end - start) / Double(Self.second)
    }
}
