import Platform
import Testing

@Suite struct FileLockTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func isFree() throws -> Bool {
        let lock = try FileLock.tryAcquire(scratch("lock"))
        return lock != nil
    }

    @Test func isHeldUntilTheEndOfItsLife() throws {
        do {
            let lock = try FileLock.tryAcquire(scratch("lock"))
            #expect(try !isFree())
            withExtendedLifetime(lock) {}
        }
        #expect(try isFree())
        #expect(try scratch.names() == ["lock"])
    }

    @Test func acquireGivesUpAtTheDeadline() throws {
        let held = try FileLock.tryAcquire(scratch("lock"))
        let late = try FileLock.acquire(scratch("lock"), until: .after(seconds: 0.01))
        let isLate = late == nil
        #expect(isLate)
        withExtendedLifetime(held) {}
    }

    @Test func acquireWaitsForTheRelease() throws {
        let path = scratch("lock")
        let gate = Gate(false)
        let holder = try Thread.spawn(name: "holder") {
            let lock = try? FileLock.tryAcquire(path)
            gate.withLock { isHeld in isHeld = true }
            gate.signalAll()
            withExtendedLifetime(lock) {}
        }
        _ = gate.wait(until: .never) { isHeld in isHeld ? true : nil }
        let lock = try FileLock.acquire(path, until: .never)
        let isAcquired = lock != nil
        #expect(isAcquired)
        holder.join()
    }

    @Test func aRemovedFileLocksNobody() throws {
        let old = try FileLock.tryAcquire(scratch("lock"))
        try FileSystem.remove(scratch("lock"))
        let new = try FileLock.tryAcquire(scratch("lock"))
        let isAcquired = new != nil
        #expect(isAcquired)
        #expect(try !isFree())
        withExtendedLifetime(old) {}
    }

    @Test func failsWhereNoFileCanBe() throws {
        #expect(throws: PlatformError.self) { try FileLock.tryAcquire(scratch("none/lock")) == nil }
    }
}
