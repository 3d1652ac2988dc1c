import CISAL

/// CRC-32C (Castagnoli) over bytes that come in pieces, by the processor's own instruction through ISA-L.
package struct CRC32C: Sendable, Equatable {
    /// The checksum of the bytes so far.
    package private(set) var value: UInt32 = 0

    /// Of no bytes: 0.
    package init() {}

    /// Takes the next bytes.
    package mutating func update(_ bytes: RawSpan) {
        bytes.withUnsafeBytes { buffer in
            guard let start = buffer.bindMemory(to: UInt8.self).baseAddress else { return }
            var offset = 0
            while offset < buffer.count {
                // ISA-L counts in int. It only reads, though its parameter is not const, and keeps the register
                // inverted, as iSCSI does.
                let length = min(buffer.count - offset, Int(Int32.max))
                value = ~crc32_iscsi(UnsafeMutablePointer(mutating: start + offset), Int32(length), ~value)
                offset += length
            }
        }
    }

    /// The same for octets.
    package mutating func update(octets: [UInt8]) {
        update(octets.span.bytes)
    }

    /// The checksum of so many bytes more, of which only the checksum is known: of what `self` and `next` are of, one
    /// behind the other.
    package func joined(with next: CRC32C, byteCount: UInt64) -> CRC32C {
        CRC32C(value: Self.multiply(Self.power(ofBytes: byteCount), value) ^ next.value)
    }

    package init(value: UInt32) {
        self.value = value
    }

    /// The polynomial, as all values here with the coefficient of x^0 in the top bit.
    private static let polynomial: UInt32 = 0x82F6_3B78
    private static let one: UInt32 = 1 << 31

    /// x^(2^n) modulo the polynomial, for n from 0.
    private static let squares: [UInt32] = {
        var squares: [UInt32] = [one >> 1]
        for _ in 1..<64 { squares.append(multiply(squares[squares.count - 1], squares[squares.count - 1])) }
        return squares
    }()

    /// What a checksum is multiplied by when `byteCount` bytes follow: x^(8 * byteCount).
    private static func power(ofBytes byteCount: UInt64) -> UInt32 {
        var result = one
        var rest = byteCount
        var index = 3
        while rest > 0 {
            if rest & 1 == 1 { result = multiply(squares[index % squares.count], result) }
            rest >>= 1
            index += 1
        }
        return result
    }

    /// The product modulo the polynomial.
    private static func multiply(_ left: UInt32, _ right: UInt32) -> UInt32 {
        var (product, factor) = (UInt32(0), right)
        for bit in (0..<32).reversed() {
            if left >> UInt32(bit) & 1 == 1 { product ^= factor }
            factor = factor & 1 == 0 ? factor >> 1 : factor >> 1 ^ polynomial
        }
        return product
    }
}
