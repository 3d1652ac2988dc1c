import CSodium

/// Secret octets of fixed length, wiped when the last reference goes.
///
/// The memory is libsodium's guarded allocation: kept out of core dumps and, where the limit on locked memory allows,
/// out of swap. Never printed.
///
/// `@unchecked Sendable`: the memory is written only while `init` runs and read-only afterwards.
package final class SecretBytes: @unchecked Sendable, CustomStringConvertible {
    private let memory: UnsafeMutableRawBufferPointer

    /// Memory of `count` bytes, filled by `fill`.
    init<E: Error>(count: Int, _ fill: (UnsafeMutablePointer<UInt8>) throws(E) -> Void) throws(E) {
        Sodium.prepare()
        guard let address = sodium_malloc(max(count, 1)) else { preconditionFailure("no memory for a secret") }
        memory = UnsafeMutableRawBufferPointer(start: address, count: count)
        do {
            try fill(address.assumingMemoryBound(to: UInt8.self))
        } catch {
            // The stored property is set, so `deinit` runs and frees it.
            throw error
        }
        sodium_mprotect_readonly(address)
    }

    /// A copy of `octets`. The caller's own copy is the caller's to wipe.
    package convenience init(copying octets: Span<UInt8>) {
        self.init(count: octets.count) { target in
            for index in octets.indices { target[index] = octets[index] }
        }
    }

    /// A copy of `octets`, which are wiped.
    package convenience init(wiping octets: inout [UInt8]) {
        self.init(copying: octets.span)
        Sodium.wipe(&octets)
    }

    deinit {
        // Makes the memory writable again, wipes and frees it.
        sodium_free(memory.baseAddress)
    }

    package var count: Int { memory.count }

    /// Lends the octets; the pointer is valid while `body` runs.
    func withOctets<R: ~Copyable, E: Error>(_ body: (UnsafePointer<UInt8>, Int) throws(E) -> R) throws(E) -> R {
        guard let address = memory.baseAddress else { preconditionFailure("a secret has memory") }
        return try body(UnsafePointer(address.assumingMemoryBound(to: UInt8.self)), memory.count)
    }

    /// Lends the octets, to be written into a file that only their owner may read.
    package func withSpan<R: ~Copyable, E: Error>(_ body: (Span<UInt8>) throws(E) -> R) throws(E) -> R {
        try body(UnsafeRawBufferPointer(memory).assumingMemoryBound(to: UInt8.self).span)
    }

    /// A copy in an array; whoever takes it wipes it.
    func copy() -> [UInt8] { Array(memory) }

    package var description: String { "\(count) secret bytes" }
}
