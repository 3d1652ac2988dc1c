import CXXHash
package import Format

/// Hashes blocks of files under a key, so that what a host remembers of them says nothing about their content
/// (docs/FORMAT.md, "Block hashes"). Shared by all threads.
package struct BlockHasher: Sendable {
    private static let secretDomain = Array("trunkline block secret".utf8)

    private let secret: SecretBytes

    /// `key` has `BackupFacts.blockKeyByteCount` bytes.
    package init(key: [UInt8]) {
        precondition(key.count == BackupFacts.blockKeyByteCount, "a block key has 32 bytes")
        secret = key.withUnsafeBytes { HashSecret.derive(domain: Self.secretDomain, key: $0) }
    }

    /// A key for a host's first backup.
    package static func makeKey(_ random: Randomness = .system) -> [UInt8] {
        random.bytes(BackupFacts.blockKeyByteCount)
    }

    package func hash(_ block: RawSpan) -> BlockHash {
        block.withUnsafeBytes { bytes in
            secret.withOctets { key, keyByteCount in
                let hash = trunkline_xxh3_128(bytes.baseAddress, bytes.count, key, keyByteCount)
                return BlockHash(high: hash.high64, low: hash.low64)
            }
        }
    }
}
