import Stream
import Testing

@Suite struct BlockTests {
    @Test func keepsWhatIsAppended() {
        var block = Block(capacity: 4)
        #expect(block.remaining == 4)
        block.fill([1, 2])
        block.fill([3])
        let octets = block.octets()
        #expect(octets == [1, 2, 3])
        #expect(block.count == 3)
        #expect(block.remaining == 1)
    }

    @Test func keepsWhatWasThereWhenAppendingFails() {
        struct Failure: Error {}
        var block = Block(capacity: 4)
        #expect(throws: Failure.self) {
            try block.append { (output) throws(Failure) in
                output.append(7)
                throw Failure()
            }
        }
        let octets = block.octets()
        #expect(octets == [7])
    }

    @Test func truncates() {
        var block = Block(capacity: 4)
        block.fill([1, 2, 3])
        block.truncate(to: 1)
        block.fill([9])
        let octets = block.octets()
        #expect(octets == [1, 9])
        block.truncate()
        #expect(block.count == 0)
    }
}

extension Block {
    mutating func fill(_ octets: [UInt8]) {
        append { output in
            for octet in octets { output.append(octet) }
        }
    }

    borrowing func octets() -> [UInt8] {
        withBytes { bytes in bytes.withUnsafeBytes { Array($0) } }
    }
}
