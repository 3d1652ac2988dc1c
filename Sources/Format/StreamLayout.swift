/// How the messages of a stream are protected.
package enum StreamCipher: UInt8, Sendable, CaseIterable {
    /// Plain messages with a checksum under a key that everybody knows: accidents are noticed, malice is not.
    case none = 0
    /// XChaCha20-Poly1305 as libsodium's `crypto_secretstream` chains it.
    case secretstream = 1
}

/// What the data of a message is.
package enum StreamCompression: UInt8, Sendable, CaseIterable {
    /// The block itself.
    case none = 0
    /// One Zstandard frame (RFC 8878) that declares its content size and needs no dictionary.
    case zstd = 1
}

/// Bytes of content that every message but the last one carries: a power of two.
package struct StreamBlockSize: Hashable, Sendable {
    /// 64 KiB: a leaf of the content digest never straddles two blocks.
    package static let smallest = StreamBlockSize(unchecked: 16)
    /// 8 MiB: a reader's buffers stay small whatever a header says.
    package static let largest = StreamBlockSize(unchecked: 23)
    /// 1 MiB: sixteen of them keep all cores busy with a segment of the default size, four fill a chapter of a base
    /// backup, and smaller ones compress worse.
    package static let standard = StreamBlockSize(unchecked: 20)

    package let exponent: UInt8

    private init(unchecked exponent: UInt8) { self.exponent = exponent }

    /// Returns nil when `exponent` is out of 16…23.
    package init?(exponent: UInt8) {
        guard (Self.smallest.exponent...Self.largest.exponent).contains(exponent) else { return nil }
        self.exponent = exponent
    }

    /// Returns nil unless `byteCount` is a power of two of 64 KiB…8 MiB.
    package init?(byteCount: Int) {
        guard byteCount > 0, byteCount.nonzeroBitCount == 1 else { return nil }
        self.init(exponent: UInt8(byteCount.trailingZeroBitCount))
    }

    package var byteCount: Int { 1 << Int(exponent) }
}

/// What a reader has to know of a stream before it can decode the first message.
package struct StreamLayout: Hashable, Sendable {
    package let cipher: StreamCipher
    package let compression: StreamCompression
    package let blockSize: StreamBlockSize

    package init(cipher: StreamCipher, compression: StreamCompression, blockSize: StreamBlockSize) {
        self.cipher = cipher
        self.compression = compression
        self.blockSize = blockSize
    }

    /// The largest data (opened message) of this layout, in bytes: the block itself, or the frame of a block that zstd
    /// could not shrink (`ZSTD_COMPRESSBOUND` of zstd.h).
    package var dataByteCountMax: Int {
        let block = blockSize.byteCount
        switch compression {
        case .none: return block
        case .zstd: return block + (block >> 8) + (block < 128 << 10 ? ((128 << 10) - block) >> 11 : 0)
        }
    }

    /// The largest sealed message, without its length prefix, in bytes.
    package var messageByteCountMax: Int { dataByteCountMax + StreamMessage.overheadByteCount }
}

/// The frame around each message.
package enum StreamMessage {
    /// The length prefix, a u32.
    package static let prefixByteCount = 4
    /// One byte of tag and an authentication code of 16 bytes, for both ciphers.
    package static let overheadByteCount = 17
    /// The authentication code alone, the last bytes of the message.
    package static let codeByteCount = 16
}
