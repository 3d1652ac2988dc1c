import Format
import TestSupport
import Testing

@testable import Operations

@Suite struct StandbyPatienceTests {
    private let names = WAL.segments(3)

    private func missed(_ patience: inout StandbyPatience, _ name: SegmentName, _ asked: Double) -> Double? {
        let (isAwaited, holdSeconds) = patience.missed(name, asked: asked)
        return isAwaited ? holdSeconds : nil
    }

    /// It asks every five seconds: from the second time on it is kept for most of them.
    @Test func oneThatComesBackIsKept() {
        var patience = StandbyPatience()
        #expect(missed(&patience, names[0], 100) == 0)
        #expect(missed(&patience, names[0], 105) == 4.75)
        #expect(missed(&patience, names[0], 110) == 4.75)
        patience.restored()
        #expect(missed(&patience, names[1], 111) == 0, "it reads ahead")
        patience.remember(names[1], now: 111)
        #expect(!patience.remembers(names[1], now: 111.1))
        #expect(missed(&patience, names[1], 111.1) == 4.75, "it sleeps after this question")
        #expect(missed(&patience, names[1], 140) == StandbyPatience.holdSecondsMax)
        patience.restored()
        let later = 140 + StandbyPatience.learntSeconds
        #expect(missed(&patience, names[2], later) == 0)
        #expect(missed(&patience, names[2], later + 0.1) == 0, "it may have something to stream from by now")
    }

    @Test func oneThatAsksOftenIsNot() {
        var patience = StandbyPatience()
        for number in 0..<20 { #expect(missed(&patience, names[0], 100 + Double(number) * 0.2) == 0) }
    }

    /// It streamed meanwhile.
    @Test func oneThatWasAwayIsNot() {
        var patience = StandbyPatience()
        #expect(StandbyPatience.holdSecondsMax < 10, "the patience of a standby's fetch")
        #expect(missed(&patience, names[0], 100) == 0)
        #expect(missed(&patience, names[0], 200) == 0)
        #expect(missed(&patience, names[1], 300) == 0)
        #expect(missed(&patience, names[1], 305) == 4.75)
    }

    /// Newest first, each time: it is kept once.
    @Test func olderTimelinesAreAnsweredAtOnce() {
        var patience = StandbyPatience()
        let newer = names[0].on(required(TimelineID(rawValue: 2)))
        #expect(missed(&patience, newer, 100) == 0)
        #expect(missed(&patience, names[0], 100.1) == nil)
        #expect(missed(&patience, newer, 105) == 4.75)
        #expect(missed(&patience, names[0], 109.8) == nil)
        #expect(missed(&patience, newer, 110) == 4.75)
        let newest = names[0].on(required(TimelineID(rawValue: 3)))
        #expect(missed(&patience, newest, 115) == 0, "it follows another one now")
        #expect(missed(&patience, newer, 115.1) == nil)
        #expect(missed(&patience, newest, 115.2) == 4.75)
    }

    @Test func missingIsRememberedForAMoment() {
        var patience = StandbyPatience()
        patience.remember(names[0], now: 10)
        #expect(patience.remembers(names[0], now: 10.29))
        #expect(!patience.remembers(names[0], now: 10.31))
        #expect(!patience.remembers(names[1], now: 10))
        patience.remember(names[1], now: 10.1)
        patience.restored()
        #expect(!patience.remembers(names[1], now: 10.1), "the archive has grown")
        #expect(StandbyPatience.rememberedSeconds < 0.5)
    }
}
