import Stream
import Testing

@Suite struct ContentTests {
    @Test func gathersInOrderWithoutEmptySlices() {
        var content = Content.copying([1, 2, 3])
        content.append(Content.copying([]))
        content.append(FrozenBlock(freezing: Block(capacity: 1), pool: nil))
        content.append(Content.copying([4]))
        #expect(content.count == 4)
        #expect(content.slices.count == 2)
        #expect(content.octets() == [1, 2, 3, 4])
        #expect(Content().isEmpty && Content.copying([]).isEmpty)
    }

    @Test func splitsAnywhere() {
        var content = Content.copying([1, 2, 3])
        content.append(Content.copying([4, 5]))
        for position in 0...5 {
            let (front, back) = content.split(at: position)
            #expect(front.count == position && back.count == 5 - position)
            #expect(front.octets() + back.octets() == [1, 2, 3, 4, 5])
            #expect((front.slices + back.slices).allSatisfy { $0.count > 0 })
        }
    }

    @Test func splitsAndJoinsAtRandom() {
        var random = Seeded(test: "splitsAndJoinsAtRandom")
        for _ in 0..<200 {
            let octets = (0..<Int.random(in: 0...60, using: &random)).map { UInt8($0) }
            var content = Content()
            for octet in octets { content.append(Content.copying([octet])) }
            let (front, back) = content.split(at: Int.random(in: 0...octets.count, using: &random))
            let (middle, end) = back.split(at: Int.random(in: 0...back.count, using: &random))
            var joined = front
            joined.append(middle)
            joined.append(end)
            #expect(joined.octets() == octets && joined.count == octets.count)
        }
    }

    @Test func errorsOfTheReaderPass() {
        struct Failure: Error {}
        #expect(throws: Failure.self) {
            try Content.copying([1]).forEachSpan { (_) throws(Failure) in throw Failure() }
        }
    }
}
