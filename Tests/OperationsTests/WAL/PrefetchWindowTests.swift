import Format
import TestSupport
import Testing

@testable import Operations

@Suite struct PrefetchWindowTests {
    private static let names = WAL.segments(12)

    private func window(_ limit: Int, present: Set<SegmentName> = []) -> PrefetchWindow {
        PrefetchWindow(size: WAL.size, limit: limit, present: present)
    }

    private func beginAll(_ window: inout PrefetchWindow) -> [SegmentName] {
        var begun: [SegmentName] = []
        while let name = window.begin() { begun.append(name) }
        return begun
    }

    @Test func nothingIsBegunUntilSomethingIsKnown() {
        var window = window(3)
        #expect(window.begin() == nil)
        #expect(window.go(behind: Self.names[0]) == [])
        #expect(beginAll(&window) == Array(Self.names[1...3]))
    }

    @Test func aTakenSegmentMakesRoomForOne() {
        var window = window(3)
        _ = window.go(behind: Self.names[0])
        for name in beginAll(&window) { #expect(window.restored(name) == true) }
        #expect(window.begin() == nil)
        let earlier = window.waiting
        #expect(window.notice(present: earlier, of: earlier) == nil)
        #expect(window.notice(present: Set(Self.names[2...3]), of: earlier) == [])
        #expect(beginAll(&window) == [Self.names[4]])
    }

    @Test func whatArrivedMeanwhileIsNotTaken() {
        var window = window(3)
        _ = window.go(behind: Self.names[0])
        let begun = beginAll(&window)
        #expect(window.restored(begun[0]) == true)
        let earlier = window.waiting
        #expect(window.restored(begun[1]) == true)
        #expect(window.notice(present: [begun[0]], of: earlier) == nil)
        #expect(window.waiting == Set(begun[0...1]))
    }

    /// What recovery has passed by is dropped, so that it does not fill the window.
    @Test func whatIsBehindIsDropped() {
        var window = window(3)
        _ = window.go(behind: Self.names[0])
        for name in beginAll(&window) { #expect(window.restored(name) == true) }
        let earlier = window.waiting
        #expect(window.notice(present: [Self.names[1], Self.names[3]], of: earlier) == [Self.names[1]])
        #expect(window.waiting == [Self.names[3]])
        #expect(window.go(behind: Self.names[3]) == [Self.names[3]])
        #expect(beginAll(&window) == Array(Self.names[4...6]))
        #expect(window.go(behind: Self.names[5]) == [])
        #expect(window.restored(Self.names[4]) == false, "arrived too late")
        #expect(window.restored(Self.names[6]) == true)
    }

    @Test func anotherTimelineDropsEverything() throws {
        var window = window(3)
        _ = window.go(behind: Self.names[0])
        let begun = beginAll(&window)
        #expect(window.restored(begun[0]) == true)
        let switched = Self.names[1].on(try #require(TimelineID(rawValue: 2)))
        #expect(window.go(behind: switched) == [begun[0]])
        #expect(window.restored(begun[1]) == false)
        #expect(window.failed(begun[2], isMissing: true) == false)
        #expect(beginAll(&window) == Array(WAL.segments(4, from: switched).dropFirst()))
    }

    @Test func theArchivesEndIsLookedAtByOne() {
        var window = window(3)
        _ = window.go(behind: Self.names[0])
        let begun = beginAll(&window)
        #expect(window.failed(begun[1], isMissing: true) == true)
        #expect(window.failed(begun[0], isMissing: true) == true)
        #expect(window.begin() == nil, "one is still under way")
        #expect(window.failed(begun[2], isMissing: true) == true)
        #expect(beginAll(&window) == [begun[0]])
        #expect(window.restored(begun[0]) == true)
        #expect(beginAll(&window) == Array(begun[1...2]))
    }

    @Test func troubleIsTriedAgain() {
        var window = window(2)
        _ = window.go(behind: Self.names[0])
        let begun = beginAll(&window)
        #expect(window.restored(begun[1]) == true)
        #expect(window.failed(begun[0], isMissing: false) == true)
        #expect(beginAll(&window) == [begun[0]])
    }

    /// Fewer may be wanted now; what is there stays.
    @Test func keepsAheadWhatItIsTold() {
        var window = window(6)
        window.keep(ahead: 2)
        _ = window.go(behind: Self.names[0])
        #expect(beginAll(&window) == Array(Self.names[1...2]))
        #expect(window.covers(Self.names[1]) && !window.covers(Self.names[3]))
        window.keep(ahead: 4)
        #expect(beginAll(&window) == Array(Self.names[3...4]))
        for name in Self.names[1...4] { #expect(window.restored(name) == true) }
        window.keep(ahead: 1)
        #expect(window.begin() == nil)
        #expect(window.waiting.count == 4)
        window.keep(ahead: 100)
        #expect(beginAll(&window) == Array(Self.names[5...6]), "never beyond the limit")
        window.keep(ahead: 0)
        _ = window.go(behind: Self.names[8])
        for name in Self.names[5...6] { #expect(window.restored(name) == false) }
        #expect(beginAll(&window) == [Self.names[9]], "never nothing")
    }

    /// A prefetcher that was killed has left complete segments.
    @Test func whatIsPresentIsNotFetchedAgain() {
        var window = window(4, present: Set(Self.names[2...3]).union([Self.names[9]]))
        #expect(window.go(behind: Self.names[0]) == [Self.names[9]])
        #expect(beginAll(&window) == [Self.names[1], Self.names[4]])
        var fresh = self.window(4, present: Set(Self.names[2...3]))
        #expect(fresh.notice(present: [Self.names[3]], of: Set(Self.names[2...3])) == [])
        #expect(beginAll(&fresh) == Array(Self.names[4...6]))
    }

    @Test func endsWithThePositions() throws {
        let last = try #require(SegmentName(timeline: .first, number: WAL.size.lastNumber, size: WAL.size))
        var window = window(3)
        _ = window.go(behind: try #require(last.previous(size: WAL.size)))
        #expect(beginAll(&window) == [last])
        _ = window.go(behind: last)
        #expect(window.begin() == nil)
    }

    /// Whatever happens in whatever order: never more than the limit, never one twice, only what is ahead.
    @Test func neverExceedsTheLimit() {
        var random = SeededRandom("prefetch window")
        for limit in 1...5 {
            var window = window(limit)
            var base = 0
            let names = WAL.segments(400)
            for _ in 0..<300 {
                switch Int.random(in: 0..<6, using: &random) {
                case 0:
                    base = min(names.count - 20, max(0, base + Int.random(in: -3...5, using: &random)))
                    _ = window.go(behind: names[base])
                case 1:
                    let earlier = window.waiting
                    _ = window.notice(present: Set(earlier.dropFirst()), of: earlier)
                case 2...3: _ = window.begin()
                case 4: if let name = window.inFlight.min() { _ = window.restored(name) }
                default:
                    if let name = window.inFlight.max() {
                        _ = window.failed(name, isMissing: Bool.random(using: &random))
                    }
                }
                #expect(window.waiting.count + window.inFlight.count <= limit)
                #expect(window.waiting.isDisjoint(with: window.inFlight))
            }
        }
    }
}
