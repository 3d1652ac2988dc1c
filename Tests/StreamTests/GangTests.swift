import Platform
import Stream
import Testing

private final class Scratch: Sendable {
    private static let count = Gate(0)
    let number = Scratch.count.withLock { count in
        count += 1
        return count
    }
}

/// A job whose steps are a closure: the number of the step and who does it.
private final class Job: GangJob {
    private let body: @Sendable (_ step: Int, _ scratch: Scratch) -> Bool
    private let steps = Gate(0)

    init(_ body: @escaping @Sendable (Int, Scratch) -> Bool) { self.body = body }

    var stepCount: Int { steps.withLock { $0 } }

    func step(_ scratch: Scratch) -> Bool {
        let number = steps.withLock { steps in
            steps += 1
            return steps
        }
        return body(number, scratch)
    }
}

@Suite struct GangTests {
    /// Every wait here has succeeded long before.
    private static let patience = 60.0

    private func gang(_ members: Int) throws -> Gang<Scratch> {
        try Gang(name: "test", members: members) { Scratch() }
    }

    /// Waits until `count` threads have called it.
    private final class Meeting: Sendable {
        private let present = Gate(0)
        private let count: Int

        init(_ count: Int) { self.count = count }

        func attend() -> Bool {
            present.withLock { $0 += 1 }
            present.signalAll()
            let count = count
            return present.wait(until: .after(seconds: GangTests.patience)) { $0 >= count ? true : nil } ?? false
        }
    }

    @Test(arguments: [1, 2, 5])
    func aLoneJobGetsAllMembers(members: Int) throws {
        let gang = try gang(members)
        let meeting = Meeting(members)
        let seen = Gate<Set<Int>>([])
        let job = Job { _, scratch in
            seen.withLock { _ = $0.insert(scratch.number) }
            #expect(meeting.attend())
            return false
        }
        gang.run(job)
        #expect(seen.withLock { $0.count } == members)
        #expect(job.stepCount == members)
    }

    @Test func severalJobsShareTheMembers() throws {
        let gang = try gang(2)
        let meeting = Meeting(2)
        // Each job keeps its first member until the other job has one too.
        let jobs = (0..<2).map { _ in Job { step, _ in step == 1 && !meeting.attend() } }
        let other = try Thread.spawn(name: "other") { gang.run(jobs[1]) }
        gang.run(jobs[0])
        other.join()
    }

    @Test func moreJobsThanMembersAreAllDone() throws {
        let gang = try gang(3)
        let crew = Crew()
        let jobs = (0..<20).map { _ in Job { step, _ in step < 10 } }
        for job in jobs { try crew.begin(name: "job") { gang.run(job) } }
        crew.join()
        for job in jobs { #expect(job.stepCount >= 10) }
    }

    @Test func runWaitsForTheLastMember() throws {
        let gang = try gang(2)
        let bothIn = Meeting(2)
        let firstOut = Gate(false)
        let lastOut = Gate(false)
        let job = Job { step, _ in
            _ = bothIn.attend()
            guard step == 2 else {
                firstOut.withLock { $0 = true }
                firstOut.signalAll()
                return false
            }
            let isOut: Bool? = firstOut.wait(until: .after(seconds: GangTests.patience)) { $0 ? true : nil }
            lastOut.withLock { $0 = isOut == true }
            return false
        }
        gang.run(job)
        #expect(lastOut.withLock { $0 })
    }

    @Test func aScratchIsMadeOncePerMember() throws {
        let made = Gate(0)
        let gang = try Gang(name: "test", members: 2) { () -> Scratch in
            made.withLock { $0 += 1 }
            return Scratch()
        }
        #expect(made.withLock { $0 } == 0)
        for _ in 0..<50 { gang.run(Job { step, _ in step < 5 }) }
        #expect((1...2).contains(made.withLock { $0 }))
    }

    @Test func nobodyKeepsAJobThatIsOver() throws {
        let gang = try gang(3)
        for _ in 0..<200 {
            var job: Job? = Job { step, _ in step < 4 }
            weak let kept = job
            if let job { gang.run(job) }
            job = nil
            #expect(kept == nil)
        }
    }

    @Test func aJobThatFailsLeavesTheGangFit() throws {
        let gang = try gang(2)
        let failing = Job { _, _ in false }
        gang.run(failing)
        #expect((1...2).contains(failing.stepCount))
        let next = Job { step, _ in step < 3 }
        gang.run(next)
        #expect(next.stepCount >= 3)
    }

    @Test func closingEndsAfterTheJobsUnderWay() throws {
        let gang = try gang(1)
        let begun = Gate(false)
        let mayEnd = Gate(false)
        let job = Job { _, _ in
            begun.withLock { $0 = true }
            begun.signalAll()
            let isTold: Bool? = mayEnd.wait(until: .after(seconds: GangTests.patience)) { $0 ? true : nil }
            #expect(isTold == true)
            return false
        }
        let waiting = Job { _, _ in false }
        let crew = Crew()
        try crew.begin(name: "run") { gang.run(job) }
        let isBegun: Bool? = begun.wait(until: .after(seconds: Self.patience)) { $0 ? true : nil }
        #expect(isBegun == true)
        // Queued behind the one under way or refused: in either case it is never begun.
        let closer = try Thread.spawn(name: "close") { gang.close() }
        try crew.begin(name: "run") {
            mayEnd.withLock { $0 = true }
            mayEnd.signalAll()
        }
        closer.join()
        gang.run(waiting)
        crew.join()
        #expect(job.stepCount == 1)
        #expect(waiting.stepCount == 0)
        gang.close()
    }
}
