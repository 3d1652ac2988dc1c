import TestSupport

extension SeededRandom {
    /// Up to `countMax` bytes out of `alphabet`, or of any value when it is empty.
    mutating func octets(countMax: Int, from alphabet: String = "") -> [UInt8] {
        let letters = Array(alphabet.utf8)
        return (0..<Int.random(in: 0...countMax, using: &self)).map { _ in
            letters.isEmpty ? UInt8.random(in: .min ... .max, using: &self) : letters.randomElement(using: &self) ?? 0
        }
    }

    /// `original` with one to four bytes replaced, taken away or put in.
    mutating func damaged(_ original: [UInt8]) -> [UInt8] {
        var bytes = original
        for _ in 0..<Int.random(in: 1...4, using: &self) {
            let position = Int.random(in: 0...bytes.count, using: &self)
            switch Int.random(in: 0...2, using: &self) {
            case 0 where position < bytes.count: bytes[position] = .random(in: .min ... .max, using: &self)
            case 1 where position < bytes.count: bytes.remove(at: position)
            default: bytes.insert(.random(in: .min ... .max, using: &self), at: position)
            }
        }
        return bytes
    }
}
