/// A uniquely owned buffer of fixed capacity, filled from the front.
///
/// `@unchecked Sendable`: the type is `~Copyable`, so no two threads can hold the same block; handing it over hands
/// the memory over.
package struct Block: ~Copyable, @unchecked Sendable {
    private let memory: UnsafeMutableRawBufferPointer
    /// Bytes in use, at most `capacity`.
    package private(set) var count = 0

    /// Page alignment, as `O_DIRECT` and vector instructions like it.
    package static let alignment = 4096

    /// Allocates `capacity` bytes, uninitialised; at least one.
    package init(capacity: Int) {
        precondition(capacity > 0, "a block has room for at least one byte")
        memory = .allocate(byteCount: capacity, alignment: Self.alignment)
    }

    /// A copy of `octets`, which may be none; for small objects.
    package init(copying octets: [UInt8]) {
        self.init(capacity: max(octets.count, 1))
        memory.copyBytes(from: octets)
        count = octets.count
    }

    deinit { memory.deallocate() }

    /// Bytes it has room for in all.
    package var capacity: Int { memory.count }
    /// Bytes that can still be appended.
    package var remaining: Int { memory.count - count }

    /// Lends the bytes in use.
    package borrowing func withBytes<R: ~Copyable, E: Error>(_ body: (RawSpan) throws(E) -> R) throws(E) -> R {
        try body(UnsafeRawBufferPointer(rebasing: memory[..<count]).bytes)
    }

    /// Lends the bytes in use as octets, the form the parsers of Format take.
    package borrowing func withOctets<R: ~Copyable, E: Error>(_ body: (Span<UInt8>) throws(E) -> R) throws(E) -> R {
        let octets = UnsafeRawBufferPointer(rebasing: memory[..<count]).assumingMemoryBound(to: UInt8.self)
        return try body(octets.span)
    }

    /// Lends the unused tail to be filled from its front; what `body` initialises is appended.
    package mutating func append<R: ~Copyable, E: Error>(
        _ body: (inout OutputRawSpan) throws(E) -> R
    ) throws(E) -> R {
        var span = OutputRawSpan(buffer: memory, initializedCount: count)
        defer {
            // Both lines: `finalize` consumes the span, so it must be given a value again.
            count = span.finalize(for: memory)
            span = OutputRawSpan()
        }
        return try body(&span)
    }

    /// The same with only `byteCount` bytes of the tail, which there are.
    package mutating func append<R: ~Copyable, E: Error>(
        atMost byteCount: Int, _ body: (inout OutputRawSpan) throws(E) -> R
    ) throws(E) -> R {
        precondition(byteCount <= remaining, "the caller has asked for the room")
        let part = UnsafeMutableRawBufferPointer(rebasing: memory[..<(count + byteCount)])
        var span = OutputRawSpan(buffer: part, initializedCount: count)
        defer {
            // Both lines, as above.
            count = span.finalize(for: part)
            span = OutputRawSpan()
        }
        return try body(&span)
    }

    /// Appends a copy of `bytes`, for which there is room.
    package mutating func append(_ bytes: RawSpan) {
        precondition(bytes.byteCount <= remaining, "the caller has asked for the room")
        bytes.withUnsafeBytes { source in
            UnsafeMutableRawBufferPointer(rebasing: memory[count...]).copyMemory(from: source)
        }
        count += bytes.byteCount
    }

    /// Forgets the bytes from `count` on, so that the block can be filled again from there.
    package mutating func truncate(to count: Int = 0) {
        precondition(count >= 0 && count <= self.count, "a block is only ever shortened")
        self.count = count
    }
}
