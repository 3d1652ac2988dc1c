import Platform
import Testing

@Suite struct CrewTests {
    @Test func joinWaitsForEverybody() throws {
        let crew = Crew()
        let start = Gate(false)
        let ended = Gate(0)
        for _ in 0..<8 {
            try crew.begin(name: "member") {
                let isTold: Bool? = start.wait(until: .after(seconds: 60)) { $0 ? true : nil }
                if isTold == true { ended.withLock { $0 += 1 } }
            }
        }
        #expect(ended.withLock { $0 } == 0)
        start.withLock { $0 = true }
        start.signalAll()
        crew.join()
        #expect(ended.withLock { $0 } == 8)
    }

    @Test func canBeginAgainAfterJoining() throws {
        let crew = Crew()
        let count = Gate(0)
        for round in 1...3 {
            try crew.begin(name: "member") { count.withLock { $0 += 1 } }
            crew.join()
            #expect(count.withLock { $0 } == round)
        }
        crew.join()
    }

    @Test func theLastReferenceJoins() throws {
        let count = Gate(0)
        do {
            let crew = Crew()
            for _ in 0..<4 { try crew.begin(name: "member") { count.withLock { $0 += 1 } } }
        }
        #expect(count.withLock { $0 } == 4)
    }
}
