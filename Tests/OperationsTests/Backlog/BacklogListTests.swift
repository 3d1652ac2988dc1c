import Format
import TestSupport
import Testing

@testable import Operations

@Suite struct BacklogListTests {
    static func entries(_ count: Int) -> [BacklogList.Entry] {
        WAL.segments(count).enumerated().map { index, name in
            BacklogList.Entry(WALObjectName(system: WAL.system, name: .segment(name)), addedSeconds: Int64(index + 100))
        }
    }

    private func list(_ entries: [BacklogList.Entry], limit: Int = 10) -> BacklogList {
        var list = BacklogList(limit: limit)
        for entry in entries { list.add(entry) }
        return list
    }

    private func read(_ text: String, scope: String = "here", limit: Int = 10) -> BacklogList {
        BacklogList(octets: Array(text.utf8), scope: scope, limit: limit)
    }

    @Test func keepsTheOrderInWhichFilesWereAdded() {
        var entries = Self.entries(4)
        let history = WALObjectName(system: WAL.system, name: WAL.name("00000002.history"))
        entries.insert(BacklogList.Entry(history, addedSeconds: 7), at: 2)
        var list = list(entries)
        #expect(Array(list.entries) == entries && list.count == 5 && list.coverage == .complete)
        #expect(list.add(entries[1]) == false, "each once")
        #expect(list.remove(history) == true)
        #expect(list.remove(history) == false)
        #expect(!list.contains(history))
        #expect(list.remove(entries[0].file) == true)
        #expect(Array(list.entries) == [entries[1], entries[3], entries[4]])
    }

    @Test func whatHasNoRoomIsNotAddedAndNothingAfterIt() {
        let entries = Self.entries(5)
        var list = list(Array(entries[..<3]), limit: 3)
        #expect(!list.hasOverflowed)
        #expect(list.fitting(entries).new.isEmpty && list.fitting(entries).overflows)
        #expect(list.add(entries[3]) == false)
        #expect(list.hasOverflowed)
        list.remove(entries[0].file)
        #expect(list.add(entries[4]) == false)
        #expect(Array(list.entries) == Array(entries[1...2]))
        list.set(.comparing)
        #expect(list.add(entries[4]) == true)
    }

    /// From the front, as a rule, and from anywhere.
    @Test func manyComeAndGo() {
        var random = SeededRandom("backlog")
        var model: [BacklogList.Entry] = []
        var list = BacklogList(limit: 50)
        let entries = Self.entries(400)
        for entry in entries {
            if list.add(entry) { model.append(entry) }
            while model.count > Int.random(in: 0..<50, using: &random) {
                let index = Bool.random(using: &random) ? 0 : Int.random(in: 0..<model.count, using: &random)
                let gone = model.remove(at: index).file
                #expect(list.remove(gone) == true)
            }
            #expect(Array(list.entries) == model && list.count == model.count)
        }
    }

    @Test(arguments: [BacklogList.Coverage.complete, .comparing, .overflowed])
    func isReadAsItWasWritten(coverage: BacklogList.Coverage) {
        var list = list(Self.entries(3))
        list.set(coverage)
        let text = list.text(scope: "here")
        #expect(read(text) == list)
        #expect(text.split(separator: "\n")[2...].allSatisfy { $0.utf8.count < BacklogList.lineBytesMax })
        // What is appended counts.
        let more = Self.entries(4)[3]
        #expect(Array(read(text + BacklogList.line(more)).entries) == Self.entries(4))
        #expect(read(text + BacklogList.line(.overflowed)).hasOverflowed)
    }

    @Test func aTornLastLineIsIgnored() {
        let whole = list(Self.entries(3))
        let text = whole.text(scope: "here")
        let second = list(Self.entries(2)).text(scope: "here").utf8.count
        for count in second..<text.utf8.count {
            let torn = read(String(text.prefix(count)))
            #expect(Array(torn.entries) == Self.entries(2) && torn.coverage == .complete, "\(count)")
        }
    }

    /// A listing makes good what cannot be read.
    @Test func damageIsAnOverflow() {
        let text = list(Self.entries(3)).text(scope: "here")
        for offset in text.indices.dropLast() {
            var damaged = text
            damaged.replaceSubrange(offset...offset, with: "#")
            let read = read(damaged)
            #expect(read.hasOverflowed, "\(damaged)")
            #expect(read.count <= 3)
        }
        for junk in ["", "\n", "\n\n\n", "here", "\u{0}", text + text, text + "\n"] {
            #expect(read(junk).hasOverflowed)
        }
        #expect(read(text, scope: "there").hasOverflowed && read(text, scope: "there").isEmpty)
        #expect(read(text, limit: 2).hasOverflowed && read(text, limit: 2).count == 2)
    }
}

@Suite struct BacklogQueueTests {
    private let entries = BacklogListTests.entries(6)

    private func queue(_ count: Int, limit: Int = 10, overflowed: Bool = false) -> BacklogQueue {
        var list = BacklogList(limit: limit)
        for entry in entries.prefix(count) { list.add(entry) }
        if overflowed { list.set(.overflowed) }
        return BacklogQueue(list)
    }

    @Test func oldestFirst() {
        var queue = queue(3)
        #expect(queue.next(now: 0) == .copy(entries[0]))
        #expect(queue.next(now: 0) == .copy(entries[1]))
        queue.copied(entries[1].file)
        #expect(queue.next(now: 0) == .copy(entries[2]))
        #expect(queue.next(now: 0) == .wait(until: nil))
        #expect(queue.add([entries[1], entries[3]]) == [entries[1], entries[3]], "it may be wanted again")
        #expect(queue.removed.isEmpty)
        #expect(queue.next(now: 0) == .copy(entries[1]))
    }

    @Test func troublePausesEveryLane() {
        var queue = queue(3)
        #expect(queue.next(now: 0) == .copy(entries[0]))
        #expect(queue.next(now: 0) == .copy(entries[1]))
        #expect(queue.failed(entries[0].file, because: "down", now: 10) == true)
        #expect(queue.failed(entries[1].file, because: "down", now: 10) == false)
        #expect(queue.trouble == "down")
        #expect(queue.next(now: 10) == .wait(until: 12))
        #expect(queue.next(now: 12) == .copy(entries[0]))
        #expect(queue.next(now: 12) == .wait(until: nil), "one tries")
        var pauses: [Double] = []
        for _ in 0..<8 {
            queue.failed(entries[0].file, because: "down", now: 0)
            guard case .wait(let until) = queue.next(now: 0) else { continue }
            pauses.append(until ?? 0)
            #expect(queue.next(now: 60) == .copy(entries[0]))
        }
        #expect(pauses == [4, 8, 16, 32, 60, 60, 60, 60])
        queue.copied(entries[0].file)
        #expect(queue.trouble == nil)
        #expect(queue.next(now: 60) == .copy(entries[1]))
        queue.failed(entries[1].file, because: "down", now: 60)
        #expect(queue.next(now: 60) == .wait(until: 61), "a success begins anew")
    }

    @Test func whatIsSetAsideBlocksNobody() {
        var queue = queue(2)
        #expect(queue.next(now: 0) == .copy(entries[0]))
        queue.setAside(entries[0].file, because: "other content")
        #expect(queue.asideCount == 1 && queue.trouble == nil && queue.removed == [entries[0].file])
        #expect(queue.next(now: 0) == .copy(entries[1]))
    }

    @Test func listingsAreComparedOnceAnOverflowedListIsEmpty() {
        var queue = queue(1, limit: 2, overflowed: true)
        #expect(queue.add([entries[2]]) == [], "it will be found")
        #expect(queue.next(now: 0) == .copy(entries[0]))
        #expect(queue.next(now: 0) == .wait(until: nil))
        queue.copied(entries[0].file)
        #expect(queue.next(now: 0) == .compare)
        #expect(queue.next(now: 0) == .wait(until: nil), "by one lane")
        queue.beganComparing()
        #expect(queue.add([entries[1]]) == [entries[1]])
        #expect(queue.next(now: 0) == .copy(entries[1]))
        queue.compared(toTheEnd: true)
        #expect(queue.list.coverage == .complete)
        // Found more than there is room for.
        #expect(queue.add(Array(entries[2...])) == [entries[2]])
        #expect(queue.list.hasOverflowed && queue.overflowCount == 1)
    }

    @Test func aComparisonThatFailsIsMadeAgain() {
        var queue = queue(0, overflowed: true)
        #expect(queue.next(now: 0) == .compare)
        queue.beganComparing()
        #expect(queue.failedComparing(because: "down", now: 0) == true)
        #expect(queue.next(now: 0.5) == .wait(until: 1))
        #expect(queue.next(now: 1) == .compare)
        queue.beganComparing()
        queue.compared(toTheEnd: false)
        #expect(queue.next(now: 1) == .compare)
        // One that an earlier process began.
        var list = BacklogList()
        list.set(.comparing)
        var second = BacklogQueue(list)
        #expect(second.next(now: 0) == .compare)
    }

    @Test func whatOthersHaveAddedIsTaken() {
        var queue = queue(2)
        #expect(queue.next(now: 0) == .copy(entries[0]))
        queue.copied(entries[0].file)
        let gone = queue.removed
        #expect(queue.next(now: 0) == .copy(entries[1]))
        queue.copied(entries[1].file)
        var file = BacklogList()
        for entry in entries[1...3] { file.add(entry) }
        queue.settled(gone, file)
        #expect(Array(queue.list.entries) == Array(entries[2...3]), "what was copied meanwhile does not come back")
        #expect(queue.removed == [entries[1].file])
        file.set(.overflowed)
        queue.settled([], file)
        #expect(queue.list.hasOverflowed && queue.overflowCount == 1)
    }
}
