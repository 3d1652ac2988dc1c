/// The secret that keys XXH3: three BLAKE2b-512 of a domain and the number of the piece, keyed with a key of ours.
enum HashSecret {
    private static let pieceByteCount = 64
    /// XXH3's own length of a secret; the smallest it takes is 136 bytes.
    private static let byteCount = 192

    static func derive(domain: [UInt8], key: UnsafeRawBufferPointer) -> SecretBytes {
        SecretBytes(count: byteCount) { target in
            for piece in 0..<byteCount / pieceByteCount {
                var hash = Blake2b(outputByteCount: pieceByteCount, key: key)
                hash.update(domain + [UInt8(piece)])
                hash.finish(into: target + piece * pieceByteCount)
            }
        }
    }
}
