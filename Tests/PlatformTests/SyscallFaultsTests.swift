#if SYSCALL_FAULTS
import Platform
import Testing

@Suite struct SyscallFaultsTests {
    @Test func failsTheChosenCallAndNoOther() throws {
        let run = SyscallFaults.failing(nth: 2, errno: .inputOutput, only: ["stat"]) { () -> [Bool] in
            (1...3).map { _ in (try? FileSystem.status(of: "/")) != nil }
        }
        #expect(run.reached)
        #expect(run.result.get() == [true, false, true])
    }

    @Test func tellsWhenThereAreFewerCalls() throws {
        let run = SyscallFaults.failing(nth: 2, errno: .inputOutput, only: ["stat"]) {
            () throws(PlatformError) in try FileSystem.status(of: "/")?.kind
        }
        #expect(!run.reached)
        #expect(try run.result.get() == .directory)
    }

    @Test func holdsForTheThreadsSpawnedInside() throws {
        let outcome = Gate<Bool?>(nil)
        let run = SyscallFaults.failing(nth: 1, errno: .inputOutput, only: ["stat"]) { () throws(PlatformError) in
            let thread = try Thread.spawn(name: "inside") {
                let failed = (try? FileSystem.status(of: "/")) == nil
                outcome.withLock { $0 = failed }
            }
            thread.join()
        }
        #expect(run.reached)
        #expect(outcome.withLock { $0 } == true)
        #expect(try FileSystem.status(of: "/") != nil)
    }

    @Test func plansAddUp() throws {
        let run = SyscallFaults.failing(nth: 1, errno: .inputOutput, only: ["stat"]) {
            SyscallFaults.failing(nth: 1, errno: .noSpace, only: ["stat"]) { () -> [Errno?] in
                (1...3).map { _ in
                    do throws(PlatformError) {
                        _ = try FileSystem.status(of: "/")
                        return nil
                    } catch { return error.errno }
                }
            }
        }
        #expect(run.result.get().result.get() == [.inputOutput, .noSpace, nil])
    }
}
#endif
