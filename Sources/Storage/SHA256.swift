import CSodium

/// SHA-256 over bytes that come in pieces, and HMAC-SHA-256, both by libsodium.
package struct SHA256 {
    package static let byteCount = 32

    private var state = crypto_hash_sha256_state()

    init() { crypto_hash_sha256_init(&state) }

    mutating func update(_ bytes: RawSpan) {
        bytes.withUnsafeBytes { buffer in
            let start = buffer.bindMemory(to: UInt8.self).baseAddress
            _ = crypto_hash_sha256_update(&state, start, UInt64(buffer.count))
        }
    }

    consuming func digest() -> [UInt8] {
        var result = [UInt8](repeating: 0, count: Self.byteCount)
        crypto_hash_sha256_final(&state, &result)
        return result
    }

    package static func digest(of bytes: [UInt8]) -> [UInt8] {
        var result = [UInt8](repeating: 0, count: byteCount)
        crypto_hash_sha256(&result, bytes, UInt64(bytes.count))
        return result
    }

    /// RFC 2104; the key may have any length.
    static func authenticate(_ message: [UInt8], key: [UInt8]) -> [UInt8] {
        var state = crypto_auth_hmacsha256_state()
        var result = [UInt8](repeating: 0, count: byteCount)
        crypto_auth_hmacsha256_init(&state, key, key.count)
        crypto_auth_hmacsha256_update(&state, message, UInt64(message.count))
        crypto_auth_hmacsha256_final(&state, &result)
        return result
    }
}
