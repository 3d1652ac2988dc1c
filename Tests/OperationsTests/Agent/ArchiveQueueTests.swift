import Format
import TestSupport
import Testing

@testable import Operations

@Suite struct ArchiveQueueTests {
    private static let names = WAL.segments(6).map(WALFileName.segment)
    private static let second: UInt64 = 1_000_000_000
    private static let trouble = OperationError(.unavailable, operation: "store", object: "x", cause: "down")

    private func queue(_ indices: [Int]) -> ArchiveQueue {
        var queue = ArchiveQueue()
        queue.saw(indices.map { Self.names[$0] })
        return queue
    }

    private func beginAll(_ queue: inout ArchiveQueue, at now: UInt64 = 0) -> [Int] {
        var begun: [Int] = []
        while let name = queue.begin(at: now) { begun.append(Self.names.firstIndex(of: name)!) }
        return begun
    }

    @Test func inPostgreSQLsOrder() {
        var queue = queue([3, 1, 2])
        #expect(beginAll(&queue) == [1, 2, 3])
        #expect(queue.count == 3)
        #expect(queue.underWayCount == 3)
    }

    @Test func historyFilesGoFirst() throws {
        var queue = ArchiveQueue()
        let history = try #require(WALFileName("00000002.history"))
        queue.saw([Self.names[0], history])
        #expect(queue.begin(at: 0) == history)
    }

    @Test func whatIsAskedForGoesBeforeTheRest() {
        var queue = queue([0, 1, 2, 3])
        _ = queue.request(Self.names[2])
        _ = queue.request(Self.names[5])
        #expect(beginAll(&queue) == [2, 5, 0, 1, 3])
    }

    @Test func successIsForgottenAtOnce() {
        var queue = queue([0, 1])
        #expect(queue.begin(at: 0) == Self.names[0])
        queue.succeeded(Self.names[0])
        #expect(queue.count == 1)
        // Until the next look it is nobody's.
        #expect(beginAll(&queue) == [1])
    }

    @Test func successIsNotBegunAgainWhileSomebodyAsks() {
        var queue = queue([0])
        _ = queue.request(Self.names[0])
        #expect(beginAll(&queue) == [0])
        queue.succeeded(Self.names[0])
        #expect(beginAll(&queue, at: .max - 1) == [])
        #expect(queue.nextTry == nil)
        queue.leave(Self.names[0])
        #expect(queue.count == 0)
    }

    /// Whoever finds that it was archived in another state than it has now asks again, and then it is done again.
    @Test func whoeverAskedBeforeItEndedKnowsThatItDid() {
        var queue = queue([0])
        let ticket = queue.request(Self.names[0])
        #expect(beginAll(&queue) == [0])
        #expect(!queue.hasEnded(Self.names[0], since: ticket))
        queue.succeeded(Self.names[0])
        #expect(queue.hasEnded(Self.names[0], since: ticket))
        let again = queue.request(Self.names[0])
        #expect(!queue.hasEnded(Self.names[0], since: again))
        #expect(beginAll(&queue) == [0])
    }

    @Test func aFailureIsTheAnswerToWhoAskedBeforeIt() {
        var queue = queue([0])
        #expect(beginAll(&queue) == [0])
        let early = queue.request(Self.names[0])
        #expect(queue.failure(of: Self.names[0], since: early) == nil)
        queue.failed(Self.names[0], Self.trouble, at: 0)
        #expect(queue.failure(of: Self.names[0], since: early)?.code == .unavailable)
        // Whoever asks now wants it tried again.
        let late = queue.request(Self.names[0])
        #expect(queue.failure(of: Self.names[0], since: late) == nil)
        #expect(beginAll(&queue) == [0])
    }

    @Test func whatNobodyAsksForRestsAfterAFailure() {
        var queue = queue([0])
        var now: UInt64 = 0
        for seconds in [1, 2, 4, 8, 16, 32, 60, 60] as [UInt64] {
            #expect(beginAll(&queue, at: now) == [0])
            queue.failed(Self.names[0], Self.trouble, at: now)
            #expect(queue.nextTry == now + seconds * Self.second)
            #expect(beginAll(&queue, at: now + seconds * Self.second - 1) == [])
            now += seconds * Self.second
        }
        // A success of another file changes nothing; being asked for does.
        _ = queue.request(Self.names[0])
        #expect(beginAll(&queue, at: 0) == [0])
    }

    @Test func whatIsGoneIsForgottenUnlessSomebodyNeedsIt() {
        var queue = queue([0, 1, 2])
        #expect(queue.begin(at: 0) == Self.names[0])
        _ = queue.request(Self.names[1])
        queue.saw([Self.names[3]])
        #expect(queue.count == 3, "under way, asked for, new")
        #expect(beginAll(&queue) == [1, 3])
    }

    @Test func aFailureOfWhatWasForgottenMeanwhileIsNothing() {
        var queue = queue([0])
        queue.failed(Self.names[4], Self.trouble, at: 0)
        queue.succeeded(Self.names[4])
        queue.leave(Self.names[4])
        #expect(beginAll(&queue) == [0])
    }
}
