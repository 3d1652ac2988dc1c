/// The JSON of a repository's plain records (docs/FORMAT.md, "Plain records"): one object of strings and whole numbers.
///
/// That subset is all the records need. Reading it takes these lines; a general JSON library doubles the size of the
/// program and adds to every start of it, which happens once per WAL segment.
package struct PlainRecord: Equatable, Sendable {
    package enum Value: Equatable, Sendable {
        case text(String)
        case number(UInt64)
    }

    /// Most records have some hundred bytes; kinds that may be longer name a limit of their own.
    package static let byteCountMax = 4096

    private var members: [String: Value] = [:]

    package init(_ members: [String: Value]) {
        self.members = members
    }

    /// Reads one object; nil for anything else, also for JSON beyond the subset: escapes other than `\"`, `\\` and
    /// `\/`, negative or broken numbers, nested values, repeated names. More than `limit` bytes are refused unread.
    package init?(_ octets: Span<UInt8>, limit: Int = byteCountMax) {
        guard octets.count <= limit else { return nil }
        var reader = Reader(octets.indices.map { octets[$0] })
        guard let members = reader.object() else { return nil }
        self.members = members
    }

    /// All members' names, in no particular order.
    package var names: [String] { Array(members.keys) }

    package func text(_ name: String) -> String? {
        guard case .text(let text) = members[name] else { return nil }
        return text
    }

    package func number(_ name: String) -> UInt64? {
        guard case .number(let number) = members[name] else { return nil }
        return number
    }

    /// One line with the names in order.
    package var octets: [UInt8] {
        let parts = members.sorted { $0.key < $1.key }.map { name, value in
            switch value {
            case .text(let text): "\(Self.quoted(name)):\(Self.quoted(text))"
            case .number(let number): "\(Self.quoted(name)):\(number)"
            }
        }
        return Array("{\(parts.joined(separator: ","))}\n".utf8)
    }

    /// What a record says is printable ASCII and needs no other escapes.
    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for character in text {
            if character == "\"" || character == "\\" { quoted.append("\\") }
            quoted.append(character)
        }
        return quoted + "\""
    }
}

private struct Reader {
    private let octets: [UInt8]
    private var position = 0

    init(_ octets: [UInt8]) { self.octets = octets }

    mutating func object() -> [String: PlainRecord.Value]? {
        guard take("{") else { return nil }
        var members: [String: PlainRecord.Value] = [:]
        if !take("}") {
            repeat {
                guard let name = string(), take(":"), let value = value(), members[name] == nil else { return nil }
                members[name] = value
            } while take(",")
            guard take("}") else { return nil }
        }
        skipSpace()
        return position == octets.count ? members : nil
    }

    private mutating func value() -> PlainRecord.Value? {
        if let text = string() { return .text(text) }
        var digits: [UInt8] = []
        while let octet = peek(), (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(octet) {
            digits.append(octet)
            position += 1
        }
        let hasLeadingZero = digits.count > 1 && digits.first == UInt8(ascii: "0")
        return hasLeadingZero ? nil : UInt64(String(decoding: digits, as: UTF8.self)).map(PlainRecord.Value.number)
    }

    private mutating func string() -> String? {
        let start = position
        guard take("\"") else { return nil }
        var text: [UInt8] = []
        while let octet = peek() {
            position += 1
            switch octet {
            case UInt8(ascii: "\""): return String(validating: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard let escaped = peek(), "\"\\/".utf8.contains(escaped) else { return nil }
                position += 1
                text.append(escaped)
            case 0..<0x20: return nil
            default: text.append(octet)
            }
        }
        position = start
        return nil
    }

    /// Takes one character, after any white space.
    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard peek() == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while let octet = peek(), " \t\r\n".utf8.contains(octet) { position += 1 }
    }

    private func peek() -> UInt8? { position < octets.count ? octets[position] : nil }
}
