/// The headers of an answer, by name in any case, within bounds. Of a repeated name the last counts.
package struct HTTPHeaders: Sendable, Equatable {
    /// AWS answers with some 1.5 KiB; proxies add theirs. All lines together, names and values.
    package static let byteCountMax = 64 << 10
    /// Different names.
    package static let countMax = 256

    private var values: [String: String] = [:]
    private var byteCount = 0

    /// Without headers.
    package init() {}

    /// From pairs of name and value, of which the last of a name counts.
    package init(_ pairs: [(String, String)]) {
        for (name, value) in pairs { values[name.lowercased()] = value }
    }

    /// The value of a name in any case, without blanks around it.
    package subscript(name: String) -> String? { values[name.lowercased()] }

    /// Takes one line, `Name: value` with its line end; what is not of that form counts against the bound alone.
    /// False when a bound is passed.
    mutating func append(line: UnsafeRawBufferPointer) -> Bool {
        byteCount += line.count
        guard byteCount <= Self.byteCountMax, values.count < Self.countMax else { return false }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return true }
        let name = Self.trimmed(line[..<colon])
        if !name.isEmpty { values[name.lowercased()] = Self.trimmed(line[(colon + 1)...]) }
        return true
    }

    private static func trimmed(_ bytes: Slice<UnsafeRawBufferPointer>) -> String {
        var bytes = bytes
        while let first = bytes.first, isBlank(first) { bytes.removeFirst() }
        while let last = bytes.last, isBlank(last) { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}
