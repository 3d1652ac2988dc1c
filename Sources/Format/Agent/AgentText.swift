/// A text in the body of a frame: a count of two octets, then UTF-8 without a zero octet.
enum AgentText {
    /// Octets of the count.
    static let countByteCount = 2

    /// Appends a text that has been checked.
    static func append(_ text: some Collection<UInt8>, to body: inout [UInt8]) {
        body += LittleEndian.octets(UInt16(text.count))
        body += text
    }

    /// Takes the text that begins at `position`, and moves `position` behind it.
    static func take(_ body: [UInt8], at position: inout Int, of noun: String) throws(FormatError) -> String {
        let start = position + countByteCount
        guard start <= body.count else { throw FormatError(.tooShort, noun, "it ends early") }
        let end = start + Int(LittleEndian.uint16(body.span, at: position))
        guard end <= body.count else { throw FormatError(.tooShort, noun, "it ends early") }
        let octets = body[start..<end]
        guard !octets.contains(0) else { throw FormatError(.badValue, noun, "a text has a zero byte in it") }
        guard let text = String(validating: octets, as: UTF8.self) else {
            throw FormatError(.badValue, noun, "a text is not UTF-8")
        }
        position = end
        return text
    }

    /// The octets of a text for people, without zero octets, cut between two characters where it has more than `limit`.
    static func octets(_ text: String, limit: Int) -> [UInt8] {
        var octets = text.utf8.filter { $0 != 0 }
        guard octets.count > limit else { return octets }
        // 0b10xxxxxx continues a character: the cut is in front of an octet that does not.
        var end = limit
        while end > 0, octets[end] & 0xC0 == 0x80 { end -= 1 }
        octets.removeSubrange(end...)
        return octets
    }
}
