package import Stream

extension CRC32C {
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
