import Stream

/// Reads a gathered content front to back and can begin again; the only copy is the one into libcurl's buffer.
struct ContentReader {
    private let slices: [Content.Slice]
    private var sliceIndex = 0
    private var sliceOffset = 0

    init(_ content: Content) { slices = content.slices }

    /// Fills `buffer` from its front; fewer bytes than it has room for only at the end.
    mutating func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        var filled = 0
        while filled < buffer.count, sliceIndex < slices.count {
            let slice = slices[sliceIndex]
            let count = min(buffer.count - filled, slice.range.count - sliceOffset)
            let start = slice.range.lowerBound + sliceOffset
            slice.block.withBytes { bytes in
                bytes.withUnsafeBytes { source in
                    UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
                        .copyMemory(from: UnsafeRawBufferPointer(rebasing: source[start..<start + count]))
                }
            }
            filled += count
            sliceOffset += count
            if sliceOffset == slice.range.count {
                sliceIndex += 1
                sliceOffset = 0
            }
        }
        return filled
    }

    /// False where the content is shorter.
    mutating func seek(to offset: Int) -> Bool {
        sliceIndex = 0
        sliceOffset = 0
        var left = offset
        while left > 0, sliceIndex < slices.count {
            let step = min(left, slices[sliceIndex].range.count)
            left -= step
            if step == slices[sliceIndex].range.count { sliceIndex += 1 } else { sliceOffset = step }
        }
        return left == 0
    }
}
