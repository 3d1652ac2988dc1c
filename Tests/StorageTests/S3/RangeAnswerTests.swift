import Storage
import Testing

@Suite struct RangeAnswerTests {
    private func total(
        _ request: RangeAnswer.Request, _ status: Int, _ contentRange: String?, _ received: Int
    ) throws -> UInt64? {
        try RangeAnswer(request, status: status, contentRange: contentRange, received: received).totalByteCount
    }

    @Test func headers() {
        #expect(RangeAnswer.Request.from(offset: 0, room: 1).header == "bytes=0-0")
        #expect(RangeAnswer.Request.from(offset: 10, room: 5).header == "bytes=10-14")
        #expect(RangeAnswer.Request.last(room: 272).header == "bytes=-272")
    }

    @Test func answersThatFit() throws {
        #expect(try total(.from(offset: 0, room: 10), 206, "bytes 0-9/443", 10) == 443)
        #expect(try total(.from(offset: 440, room: 10), 206, "bytes 440-442/443", 3) == 443)
        #expect(try total(.last(room: 10), 206, "bytes 433-442/443", 10) == 443)
        #expect(try total(.last(room: 1000), 206, "bytes 0-442/443", 443) == 443)
        #expect(try total(.from(offset: 0, room: 500), 200, nil, 443) == 443)
        #expect(try total(.last(room: 500), 200, nil, 443) == 443)
        #expect(try total(.from(offset: 0, room: 1), 416, nil, 0) == 0)
        #expect(try total(.last(room: 1), 416, "bytes */0", 0) == 0)
        #expect(try total(.from(offset: 443, room: 1), 416, "bytes */443", 0) == 443)
        #expect(try total(.from(offset: 443, room: 1), 416, nil, 0) == nil)
    }

    @Test(
        arguments: [
            // No range, or none that can be read.
            (.from(offset: 0, room: 10), 206, nil, 10), (.from(offset: 0, room: 10), 206, "bytes 0-9/*", 10),
            (.from(offset: 0, room: 10), 206, "0-9/443", 10), (.from(offset: 0, room: 10), 206, "bytes 9-0/443", 10),
            (.from(offset: 0, room: 10), 206, "bytes 0-9", 10), (.from(offset: 0, room: 10), 206, "bytes */443", 10),
            // Another range than the one asked for.
            (.from(offset: 5, room: 10), 206, "bytes 0-9/443", 10),
            (.from(offset: 0, room: 10), 206, "bytes 0-8/443", 9),
            (.from(offset: 0, room: 10), 206, "bytes 0-10/443", 11),
            (.from(offset: 0, room: 10), 206, "bytes 0-9/5", 10),
            (.last(room: 10), 206, "bytes 0-9/443", 10), (.last(room: 10), 206, "bytes 434-442/443", 9),
            // Another count of bytes than promised.
            (.from(offset: 0, room: 10), 206, "bytes 0-9/443", 9), (.last(room: 10), 206, "bytes 433-442/443", 0),
            // The whole object where only its end was asked for.
            (.from(offset: 1, room: 500), 200, nil, 443),
            // Refused although there is something.
            (.from(offset: 0, room: 1), 416, "bytes */443", 0), (.from(offset: 442, room: 1), 416, "bytes */443", 0),
            (.from(offset: 0, room: 1), 204, nil, 0),
        ] as [(RangeAnswer.Request, Int, String?, Int)])
    func contradictions(_ request: RangeAnswer.Request, _ status: Int, _ contentRange: String?, _ received: Int) {
        #expect(throws: RangeAnswer.Contradiction.self) { try total(request, status, contentRange, received) }
    }
}
