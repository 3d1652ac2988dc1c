import CZstd
import Format

/// Opens frames that `ZstdCompressor` made, and survives those that somebody else made to hurt.
///
/// A frame is believed nothing: it must be exactly one frame without a dictionary, and what it declares as its content
/// size is compared with the limit before anything is written. No window is allocated, whatever the frame asks for:
/// the caller's buffer is the window.
///
/// `@unchecked Sendable`: the type is `~Copyable`, so no two threads can use the context at the same time.
package struct ZstdDecompressor: ~Copyable, @unchecked Sendable {
    /// First bytes of a Zstandard frame (RFC 8878, section 3.1.1): neither a skippable frame nor a format before 1.0.
    private static let magic: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD]

    /// A bound on the memory of a context without a window, in bytes: zstd 1.5.4 takes 96 KB.
    package static let contextByteCountMax = 256 << 10

    private let context: OpaquePointer

    package init() throws(CodecError) {
        guard let context = ZSTD_createDCtx() else {
            throw CodecError(.libraryFault, "decompress", "zstd", "no memory for a context")
        }
        self.context = context
    }

    deinit { ZSTD_freeDCtx(context) }

    /// Memory of this context at present, in bytes.
    package var contextByteCount: Int { ZSTD_sizeof_DCtx(context) }

    /// Appends the content of `frame` to `output`, at most `limit` bytes.
    ///
    /// Returns the length of the content. Any fault of the frame is `badMessage`.
    @discardableResult
    package mutating func decompress(
        _ frame: RawSpan, limit: Int, into output: inout OutputRawSpan
    ) throws(CodecError) -> Int {
        let context = context
        return try frame.withUnsafeBytes { (source) throws(CodecError) in
            let declared = try Self.declaredByteCount(source, limit: limit)
            return try output.withUnsafeMutableBytes { (target, initialized) throws(CodecError) in
                guard target.count - initialized >= declared else {
                    throw CodecError(.badParameter, "decompress", "zstd", "the block has no room for \(declared) bytes")
                }
                let room = UnsafeMutableRawBufferPointer(rebasing: target[initialized..<initialized + declared])
                let count = ZSTD_decompressDCtx(
                    context, room.baseAddress, room.count, source.baseAddress, source.count)
                guard ZSTD_isError(count) == 0 else { throw Self.damaged(String(cString: ZSTD_getErrorName(count))) }
                guard count == declared else {
                    throw Self.damaged("the frame declares \(declared) bytes and has \(count)")
                }
                initialized += count
                return count
            }
        }
    }

    private static func declaredByteCount(_ frame: UnsafeRawBufferPointer, limit: Int) throws(CodecError) -> Int {
        guard frame.count >= magic.count, frame.prefix(magic.count).elementsEqual(magic) else {
            throw damaged("the data is no zstd frame")
        }
        let declared = ZSTD_getFrameContentSize(frame.baseAddress, frame.count)
        guard declared != ZSTD_CONTENTSIZE_UNKNOWN, declared != ZSTD_CONTENTSIZE_ERROR else {
            throw damaged("the frame does not declare its content size")
        }
        guard declared <= UInt64(limit) else {
            throw damaged("the frame declares \(declared) bytes, a block has at most \(limit)")
        }
        guard ZSTD_getDictID_fromFrame(frame.baseAddress, frame.count) == 0 else {
            throw damaged("the frame asks for a dictionary")
        }
        guard ZSTD_findFrameCompressedSize(frame.baseAddress, frame.count) == frame.count else {
            throw damaged("the data is not exactly one frame")
        }
        return Int(declared)
    }

    private static func damaged(_ cause: String) -> CodecError {
        CodecError(.stream(.badMessage), "decompress", "zstd", cause)
    }
}
