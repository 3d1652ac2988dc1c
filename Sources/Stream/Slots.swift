/// Room for a fixed number of values that cannot be copied, which `Array` does not take: filled at the back, emptied at
/// either end, without allocation after `init`.
struct Slots<Element: ~Copyable>: ~Copyable {
    private let memory: UnsafeMutableBufferPointer<Element>
    /// The slot of the first value.
    private var head = 0
    private(set) var count = 0

    init(capacity: Int) {
        precondition(capacity > 0, "there is at least one slot")
        memory = .allocate(capacity: capacity)
    }

    deinit {
        for offset in 0..<count { memory.deinitializeElement(at: (head + offset) % memory.count) }
        memory.deallocate()
    }

    var capacity: Int { memory.count }
    var isEmpty: Bool { count == 0 }
    var isFull: Bool { count == memory.count }

    mutating func append(_ element: consuming Element) {
        precondition(!isFull, "the slots are all in use")
        memory.initializeElement(at: (head + count) % memory.count, to: element)
        count += 1
    }

    mutating func removeFirst() -> Element {
        precondition(!isEmpty, "no slot is in use")
        let index = head
        head = (head + 1) % memory.count
        count -= 1
        return memory.moveElement(from: index)
    }

    mutating func removeLast() -> Element {
        precondition(!isEmpty, "no slot is in use")
        count -= 1
        return memory.moveElement(from: (head + count) % memory.count)
    }

    mutating func removeAll() {
        while !isEmpty { _ = removeFirst() }
    }
}

// Sent between threads with what is in it; uniquely owned, as it cannot be copied.
extension Slots: @unchecked Sendable where Element: ~Copyable & Sendable {}
