import CXXHash

/// Hashes the leaves of blocks under the digest key. Shared by all threads that compress.
package struct LeafHasher: Sendable {
    private static let secretDomain = Array("trunkline leaf secret".utf8)
    private static let secretPieceByteCount = 64
    /// XXH3's own length of a secret; the smallest it takes is 136 bytes.
    private static let secretByteCount = 192

    /// Nil without a digest key: then nothing is hashed.
    private let secret: SecretBytes?

    package init(_ key: DigestKey?) { secret = key.map(Self.secret) }

    /// The hashes of the leaves of one block, or only its length when there is no digest key.
    ///
    /// Every block but the last one of a stream is a whole number of leaves.
    package func hash(_ block: RawSpan) -> LeafHashes {
        var hashes = LeafHashes(blockByteCount: block.byteCount)
        guard let secret else { return hashes }
        block.withUnsafeBytes { bytes in
            secret.withOctets { key, keyByteCount in
                for start in stride(from: 0, to: bytes.count, by: LeafHashes.leafByteCount) {
                    let leaf = UnsafeRawBufferPointer(
                        rebasing: bytes[start..<min(start + LeafHashes.leafByteCount, bytes.count)])
                    let hash = trunkline_xxh3_128(leaf.baseAddress, leaf.count, key, keyByteCount)
                    hashes.append(high: hash.high64, low: hash.low64)
                }
            }
        }
        return hashes
    }

    /// Three BLAKE2b-512 of the domain and the number of the piece, keyed with the digest key.
    private static func secret(of key: DigestKey) -> SecretBytes {
        SecretBytes(count: secretByteCount) { target in
            key.secret.withOctets { keyOctets, keyByteCount in
                for piece in 0..<secretByteCount / secretPieceByteCount {
                    var hash = Blake2b(
                        outputByteCount: secretPieceByteCount,
                        key: UnsafeRawBufferPointer(start: keyOctets, count: keyByteCount))
                    hash.update(secretDomain + [UInt8(piece)])
                    hash.finish(into: target + piece * secretPieceByteCount)
                }
            }
        }
    }
}
