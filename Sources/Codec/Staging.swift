/// Holds a part of a stream that arrives in pieces until it is whole. Sealed bytes only: nothing to wipe.
///
/// Pages that no piece ever needed are never touched, so a large staging costs address space, not memory.
///
/// `@unchecked Sendable`: the type is `~Copyable`, so no two threads can hold the same memory; handing it over hands
/// the memory over.
struct Staging: ~Copyable, @unchecked Sendable {
    private let memory: UnsafeMutableRawBufferPointer
    private(set) var count = 0

    init(capacity: Int) { memory = .allocate(byteCount: capacity, alignment: MemoryLayout<UInt64>.alignment) }

    deinit { memory.deallocate() }

    /// What was collected; valid until the staging is changed.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: memory[..<count]) }

    /// Copies from the front of `input` until `wanted` bytes are collected, and returns how many that took.
    mutating func fill(to wanted: Int, from input: UnsafeRawBufferPointer) -> Int {
        let taken = min(input.count, wanted - count)
        UnsafeMutableRawBufferPointer(rebasing: memory[count..<count + taken])
            .copyMemory(from: UnsafeRawBufferPointer(rebasing: input[..<taken]))
        count += taken
        return taken
    }

    mutating func clear() { count = 0 }
}
