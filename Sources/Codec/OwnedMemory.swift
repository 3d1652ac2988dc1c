import CSodium

/// Memory of one owner, zeroed at first and wiped before it is given back: keys, and state of C libraries.
///
/// `@unchecked Sendable`: the type is `~Copyable`, so no two threads can hold the same memory; handing it over hands
/// the memory over.
struct OwnedMemory: ~Copyable, @unchecked Sendable {
    /// What the most demanding C type here (`crypto_generichash_state`) asks for, and a cache line.
    static let alignment = 64

    let bytes: UnsafeMutableRawBufferPointer

    init(byteCount: Int) {
        bytes = .allocate(byteCount: max(byteCount, 1), alignment: Self.alignment)
        sodium_memzero(bytes.baseAddress, bytes.count)
    }

    deinit {
        sodium_memzero(bytes.baseAddress, bytes.count)
        bytes.deallocate()
    }

    var pointer: UnsafeMutableRawPointer {
        guard let address = bytes.baseAddress else { preconditionFailure("owned memory has at least one byte") }
        return address
    }

    /// The same memory in the form that libsodium's functions take.
    var octets: UnsafeMutablePointer<UInt8> { pointer.assumingMemoryBound(to: UInt8.self) }
}
