import CXXHash

/// Hashes the leaves of blocks under the digest key. Shared by all threads that compress.
package struct LeafHasher: Sendable {
    private static let secretDomain = Array("trunkline leaf secret".utf8)

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

    private static func secret(of key: DigestKey) -> SecretBytes {
        key.secret.withOctets { octets, count in
            HashSecret.derive(domain: secretDomain, key: UnsafeRawBufferPointer(start: octets, count: count))
        }
    }
}
