import Platform
import Testing

@Suite struct GateTests {
    @Test func countsEveryIncrement() throws {
        let gate = Gate(0)
        let first = try Thread.spawn(name: "first") { for _ in 0..<10_000 { gate.withLock { $0 += 1 } } }
        let second = try Thread.spawn(name: "second") { for _ in 0..<10_000 { gate.withLock { $0 += 1 } } }
        first.join()
        second.join()
        #expect(gate.withLock { $0 } == 20_000)
    }

    @Test func waitReturnsWhatTheBodyFinds() throws {
        let gate = Gate<Int?>(nil)
        let sender = try Thread.spawn(name: "sender") {
            gate.withLock { $0 = 7 }
            gate.signalAll()
        }
        #expect(gate.wait(until: .never) { $0.take() } == 7)
        sender.join()
    }

    @Test func waitLooksOnceMoreAfterTheDeadline() {
        let gate = Gate(0)
        let answer: Int? = gate.wait(until: .after(seconds: 0)) { runs in
            runs += 1
            return runs == 2 ? runs : nil
        }
        #expect(answer == 2)
        let late: Int? = gate.wait(until: .after(seconds: 0.001)) { _ in nil }
        #expect(late == nil)
    }

    @Test func throwingLeavesItOpen() {
        let gate = Gate(1)
        #expect(throws: PlatformError.self) {
            try gate.withLock { (state) throws(PlatformError) in
                state = 2
                throw PlatformError(operation: "test", object: "gate", errno: .inputOutput)
            }
        }
        #expect(gate.withLock { $0 } == 2)
    }

    @Test func wakesEveryWaiter() throws {
        let gate = Gate((isOpen: false, arrivals: 0))
        @Sendable func arrive() {
            _ = gate.wait(until: .never) { state in state.isOpen ? true : nil }
            gate.withLock { $0.arrivals += 1 }
        }
        let first = try Thread.spawn(name: "first", arrive)
        let second = try Thread.spawn(name: "second", arrive)
        gate.withLock { $0.isOpen = true }
        gate.signalAll()
        first.join()
        second.join()
        #expect(gate.withLock { $0.arrivals } == 2)
    }
}
