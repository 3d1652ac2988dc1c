/// Puts a binary structure together: numbers of variable length, counted texts, plain octets.
package struct OctetWriter: Sendable {
    package private(set) var octets: [UInt8] = []

    package init() {}

    /// LEB128: seven bits a byte, lowest first, the top bit set on all but the last.
    package mutating func number(_ value: UInt64) {
        var rest = value
        while rest > 0x7F {
            octets.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        octets.append(UInt8(truncatingIfNeeded: rest))
    }

    package mutating func number(_ value: some BinaryInteger) {
        precondition(value >= 0, "a structure has no negative numbers")
        number(UInt64(value))
    }

    /// The length as a number, then the bytes.
    package mutating func counted(_ bytes: some Collection<UInt8>) {
        number(bytes.count)
        octets += bytes
    }

    package mutating func text(_ text: String) { counted(text.utf8) }

    /// The bytes alone: their length is known from elsewhere.
    package mutating func raw(_ bytes: some Collection<UInt8>) { octets += bytes }

    package mutating func word(_ value: UInt32) { octets += LittleEndian.octets(value) }

    package mutating func long(_ value: UInt64) { octets += LittleEndian.octets(value) }
}
