/// RFC 4648 base32, lowercase and without padding: one text for each run of octets and one run for each text.
package enum Base32 {
    private static let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)
    private static let bitsPerCharacter = 5

    /// The number of characters that `byteCount` octets take.
    package static func characterCount(byteCount: Int) -> Int {
        (byteCount * 8 + bitsPerCharacter - 1) / bitsPerCharacter
    }

    package static func encode(_ bytes: Span<UInt8>) -> String {
        var characters: [UInt8] = []
        characters.reserveCapacity(characterCount(byteCount: bytes.count))
        var pending: UInt32 = 0
        var pendingBits = 0
        for index in bytes.indices {
            pending = pending << 8 | UInt32(bytes[index])
            pendingBits += 8
            while pendingBits >= bitsPerCharacter {
                pendingBits -= bitsPerCharacter
                characters.append(alphabet[Int(pending >> pendingBits & 31)])
            }
        }
        if pendingBits > 0 {
            characters.append(alphabet[Int(pending << (bitsPerCharacter - pendingBits) & 31)])
        }
        return String(decoding: characters, as: UTF8.self)
    }

    /// The octets of `text`, or nil when it has another character, a length that no octets have, or bits left over
    /// that are not zero.
    package static func decode(_ text: Span<UInt8>) -> [UInt8]? {
        let byteCount = text.count * bitsPerCharacter / 8
        guard characterCount(byteCount: byteCount) == text.count else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(byteCount)
        var pending: UInt32 = 0
        var pendingBits = 0
        for index in text.indices {
            guard let value = value(of: text[index]) else { return nil }
            pending = (pending << bitsPerCharacter | value) & 0xFFFF
            pendingBits += bitsPerCharacter
            if pendingBits >= 8 {
                pendingBits -= 8
                bytes.append(UInt8(truncatingIfNeeded: pending >> pendingBits))
            }
        }
        return pending & (1 << pendingBits - 1) == 0 ? bytes : nil
    }

    private static func value(of character: UInt8) -> UInt32? {
        switch character {
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character - UInt8(ascii: "a"))
        case UInt8(ascii: "2")...UInt8(ascii: "7"): UInt32(character - UInt8(ascii: "2")) + 26
        default: nil
        }
    }
}
