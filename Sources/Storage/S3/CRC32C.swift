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

    /// The form S3 sends and takes: base64 of the four bytes, most significant first
    /// (https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html).
    package static func text(of value: UInt32) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        // 32 bits are five groups of six and two bits over, which stand at the top of the sixth.
        let groups = (0..<6).map { group in
            let shift = 26 - 6 * group
            return Int(shift >= 0 ? value >> UInt32(shift) : value << UInt32(-shift)) & 63
        }
        return String(decoding: groups.map { alphabet[$0] }, as: UTF8.self) + "=="
    }
}
