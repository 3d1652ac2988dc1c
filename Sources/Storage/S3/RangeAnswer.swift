/// What the answer to a request for a part of an object says, checked against what was asked and what came.
package struct RangeAnswer: Sendable, Equatable {
    /// A phrase for a message: the answer contradicts itself or the request.
    package struct Contradiction: Error, Equatable, Sendable {
        /// A phrase, lower case.
        package let cause: String
    }

    /// Which part of an object was asked for; `room` is at least 1.
    package enum Request: Sendable, Equatable {
        /// At most `room` bytes from `offset` on.
        case from(offset: UInt64, room: Int)
        /// The last `room` bytes.
        case last(room: Int)

        /// The value of the header Range (RFC 9110 section 14.2).
        package var header: String {
            switch self {
            case .from(let offset, let room): "bytes=\(offset)-\(offset + UInt64(room) - 1)"
            case .last(let room): "bytes=-\(room)"
            }
        }
    }

    /// Size of the whole object; nil where a 416 did not say and the request does not tell either.
    package let totalByteCount: UInt64?

    /// `received` counts the bytes of the body.
    package init(
        _ request: Request, status: Int, contentRange: String?, received: Int
    ) throws(Contradiction) {
        switch status {
        case 206: totalByteCount = try Self.partial(request, contentRange, UInt64(received))
        case 200: totalByteCount = try Self.whole(request, UInt64(received))
        case 416: totalByteCount = try Self.unsatisfiable(request, contentRange)
        default: throw Contradiction(cause: "the server answered \(status) to a request for a range")
        }
    }

    private static func partial(
        _ request: Request, _ text: String?, _ received: UInt64
    ) throws(Contradiction) -> UInt64 {
        guard let range = text.flatMap(ContentRange.init), let first = range.first, let last = range.last,
            let total = range.total, first <= last, last < total
        else { throw Contradiction(cause: "the answer's Content-Range is \"\(text ?? "")\"") }
        let count = last - first + 1
        let isRight =
            switch request {
            case .from(let offset, let room): first == offset && count == min(UInt64(room), total - offset)
            case .last(let room): last == total - 1 && count == min(UInt64(room), total)
            }
        guard isRight else {
            throw Contradiction(cause: "asked for \(request.header), answered \"\(text ?? "")\"")
        }
        guard received == count else {
            throw Contradiction(cause: "the answer has \(received) bytes and promised \(count)")
        }
        return total
    }

    /// A server without ranges, or one that sends an object whole where the range covers it.
    private static func whole(_ request: Request, _ received: UInt64) throws(Contradiction) -> UInt64 {
        if case .from(let offset, _) = request, offset > 0 {
            throw Contradiction(cause: "asked for \(request.header), answered with the whole object")
        }
        return received
    }

    private static func unsatisfiable(_ request: Request, _ text: String?) throws(Contradiction) -> UInt64? {
        let total = text.flatMap(ContentRange.init)?.total
        let offset: UInt64 = if case .from(let offset, _) = request { offset } else { 0 }
        // A range from zero, or a suffix, can fail for an empty object alone.
        guard let total else { return offset == 0 ? 0 : nil }
        guard total <= offset else {
            throw Contradiction(cause: "the server refused \(request.header) of an object of \(total) bytes")
        }
        return total
    }
}

/// `bytes 0-9/443` and `bytes */443` (RFC 9110 section 14.4).
private struct ContentRange {
    var first: UInt64?
    var last: UInt64?
    let total: UInt64?

    init?(_ text: String) {
        guard text.lowercased().hasPrefix("bytes ") else { return nil }
        let halves = text.dropFirst("bytes ".count).split(separator: "/", omittingEmptySubsequences: false)
        guard halves.count == 2 else { return nil }
        total = UInt64(halves[1])
        if halves[0] == "*" { return }
        let ends = halves[0].split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, let first = UInt64(ends[0]), let last = UInt64(ends[1]) else { return nil }
        self.first = first
        self.last = last
    }
}
