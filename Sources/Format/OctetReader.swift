/// Takes a binary structure apart that an `OctetWriter` put together, and survives any other.
///
/// Nothing is reserved for what a count promises beyond what the bytes at hand could hold.
package struct OctetReader: Sendable {
    private let octets: [UInt8]
    private var position = 0
    /// What messages call the structure.
    private let noun: String

    package init(_ octets: [UInt8], of noun: String) {
        self.octets = octets
        self.noun = noun
    }

    /// Bytes not read so far.
    package var remaining: Int { octets.count - position }

    /// Throws `tooShort`; `badValue` for a number that has more than 64 bits or a longer form than it needs.
    package mutating func number() throws(FormatError) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: 0, to: 64, by: 7) {
            let byte = try next()
            let bits = UInt64(byte & 0x7F)
            guard (bits << UInt64(shift)) >> UInt64(shift) == bits else {
                throw wrong("a number has more than 64 bits")
            }
            value |= bits << UInt64(shift)
            guard byte & 0x80 != 0 else {
                guard byte != 0 || shift == 0 else { throw wrong("a number is longer than it has to be") }
                return value
            }
        }
        throw wrong("a number has more than 64 bits")
    }

    /// A number of at most `limit`; a negative one allows none, as the last index of an empty list does.
    package mutating func number(upTo limit: Int, _ what: String) throws(FormatError) -> Int {
        let value = try number()
        guard limit >= 0, value <= UInt64(limit) else {
            throw wrong("\(what) is \(value), at most \(limit) is possible")
        }
        return Int(value)
    }

    /// How many things follow, each of which takes at least `least` bytes.
    package mutating func count(of what: String, eachAtLeast least: Int = 1) throws(FormatError) -> Int {
        let value = try number()
        guard value <= UInt64(remaining / max(least, 1)) else {
            throw FormatError(.tooShort, noun, "\(value) \(what) are announced, \(remaining) bytes are left")
        }
        return Int(value)
    }

    package mutating func counted() throws(FormatError) -> [UInt8] { try raw(count(of: "bytes")) }

    /// Throws `badValue` for what is not UTF-8.
    package mutating func text() throws(FormatError) -> String {
        let bytes = try counted()
        guard let text = String(validating: bytes, as: UTF8.self) else { throw wrong("a text is not UTF-8") }
        return text
    }

    package mutating func raw(_ count: Int) throws(FormatError) -> [UInt8] {
        guard count <= remaining else { throw FormatError(.tooShort, noun, "it ends early") }
        defer { position += count }
        return Array(octets[position..<position + count])
    }

    package mutating func word() throws(FormatError) -> UInt32 {
        let bytes = try raw(4)
        return LittleEndian.uint32(bytes.span, at: 0)
    }

    package mutating func long() throws(FormatError) -> UInt64 {
        guard remaining >= 8 else { throw FormatError(.tooShort, noun, "it ends early") }
        defer { position += 8 }
        return LittleEndian.uint64(octets.span, at: position)
    }

    /// The structure ends here.
    package func finish() throws(FormatError) {
        guard remaining == 0 else { throw wrong("\(remaining) bytes follow its end") }
    }

    package func wrong(_ cause: String) -> FormatError { FormatError(.badValue, noun, cause) }

    private mutating func next() throws(FormatError) -> UInt8 {
        guard position < octets.count else { throw FormatError(.tooShort, noun, "it ends early") }
        defer { position += 1 }
        return octets[position]
    }
}
