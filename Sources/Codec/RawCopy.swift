/// Copies between lent bytes.
enum RawCopy {
    /// Appends `source` to `output`; too little room is the caller's fault and thrown.
    static func append(_ source: RawSpan, to output: inout OutputRawSpan) throws(CodecError) {
        try source.withUnsafeBytes { (bytes) throws(CodecError) in try append(bytes, to: &output) }
    }

    static func append(_ source: UnsafeRawBufferPointer, to output: inout OutputRawSpan) throws(CodecError) {
        try extend(&output, by: source.count) { $0.copyMemory(from: source) }
    }

    /// Lends the next `count` bytes of `output` to `fill`, which sets them all or throws.
    static func extend(
        _ output: inout OutputRawSpan, by count: Int,
        _ fill: (UnsafeMutableRawBufferPointer) throws(CodecError) -> Void
    ) throws(CodecError) {
        try output.withUnsafeMutableBytes { (target, initialized) throws(CodecError) in
            guard target.count - initialized >= count else {
                throw CodecError(
                    .badParameter, "write", "block", "\(count) bytes do not fit into \(target.count - initialized)")
            }
            try fill(UnsafeMutableRawBufferPointer(rebasing: target[initialized..<initialized + count]))
            initialized += count
        }
    }
}
