import CZstd

/// Makes one independent Zstandard frame of each block, with a context that is set up once and used again.
///
/// `@unchecked Sendable`: the type is `~Copyable`, so no two threads can use the context at the same time.
package struct ZstdCompressor: ~Copyable, @unchecked Sendable {
    /// Faster than 1 at the price of size; below, zstd hardly compresses.
    package static let levelMin = -7
    /// Above, a context needs hundreds of MiB.
    package static let levelMax = 19

    /// What the blocks hold.
    package enum Kind: CaseIterable, Sendable {
        case anything
        /// Files of a database: pages full of fields of four and eight bytes.
        case pages
        /// Write-ahead log: the same fields, in records and in images of pages.
        case wal

        /// The level at which zstd's parameters are replaced, which is the default for this content, and the binary
        /// logarithm of the entries of four bytes that the table has then.
        fileprivate var tuning: (level: Int, hashLog: Int32)? {
            switch self {
            case .anything: nil
            case .pages: (3, 13)
            case .wal: (1, 12)
            }
        }
    }

    private let context: OpaquePointer

    /// The level is one of `levelMin`…`levelMax`, else `badParameter`.
    package init(level: Int, for kind: Kind = .anything) throws(CodecError) {
        context = try Self.makeContext(level: level)
        if let tuning = kind.tuning, level == tuning.level { Self.tune(context, hashLog: tuning.hashLog) }
    }

    /// The fast strategy with matches from five bytes on and a table that the first cache holds: measured on pages and
    /// WAL of many loads, faster than what zstd takes for the level, and rarely larger
    /// (docs/decisions/0015-a-small-table.md).
    private static func tune(_ context: OpaquePointer, hashLog: Int32) {
        let parameters = [
            (ZSTD_c_strategy, Int32(ZSTD_fast.rawValue)), (ZSTD_c_minMatch, 5), (ZSTD_c_hashLog, hashLog),
        ]
        for (parameter, value) in parameters {
            let result = ZSTD_CCtx_setParameter(context, parameter, value)
            precondition(ZSTD_isError(result) == 0, "zstd has these parameters")
        }
    }

    deinit { ZSTD_freeCCtx(context) }

    /// Appends the frame of `block` to `output`, which needs room for `StreamLayout.dataByteCountMax`.
    ///
    /// Returns the length of the frame.
    @discardableResult
    package mutating func compress(_ block: RawSpan, into output: inout OutputRawSpan) throws(CodecError) -> Int {
        let context = context
        return try block.withUnsafeBytes { (source) throws(CodecError) in
            try output.withUnsafeMutableBytes { (target, initialized) throws(CodecError) in
                let room = UnsafeMutableRawBufferPointer(rebasing: target[initialized...])
                let count = try Self.check(
                    ZSTD_compress2(context, room.baseAddress, room.count, source.baseAddress, source.count))
                initialized += count
                return count
            }
        }
    }

    /// Memory of this context at present, in bytes.
    package var contextByteCount: Int { ZSTD_sizeof_CCtx(context) }

    /// A bound on `contextByteCount`, for the sum of memory that is told before work begins.
    ///
    /// zstd sizes its tables by level and block. Up to level 3 they are small whatever the block; above, they are at
    /// most twenty times the block (level 19; measured with zstd 1.5.4, and checked by a test).
    package static func contextByteCountMax(blockByteCount: Int, level: Int = levelMax) -> Int {
        (3 << 19) + (level <= 3 ? 0 : 20 * blockByteCount)
    }

    private static func makeContext(level: Int) throws(CodecError) -> OpaquePointer {
        guard (levelMin...levelMax).contains(level) else {
            throw error(.badParameter, "level \(level) is not one of \(levelMin)…\(levelMax)")
        }
        guard let context = ZSTD_createCCtx() else { throw error(.libraryFault, "no memory for a context") }
        // The content size and no checksum are zstd's defaults: the frame declares what the format asks for.
        let result = ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, Int32(level))
        precondition(ZSTD_isError(result) == 0, "zstd has all levels in the range above")
        return context
    }

    @discardableResult
    private static func check(_ result: Int) throws(CodecError) -> Int {
        guard ZSTD_isError(result) == 0 else {
            throw error(.libraryFault, String(cString: ZSTD_getErrorName(result)))
        }
        return result
    }

    private static func error(_ code: CodecError.Code, _ cause: String) -> CodecError {
        CodecError(code, "compress", "zstd", cause)
    }
}
