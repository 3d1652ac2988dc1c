import CSodium

/// BLAKE2b (RFC 7693), with or without a key, fed piece by piece.
struct Blake2b: ~Copyable, Sendable {
    private let state: OwnedMemory
    private let outputByteCount: Int

    /// A key may have up to 64 bytes, of which the state keeps a copy; the output has 16…64.
    init(outputByteCount: Int, key: UnsafeRawBufferPointer? = nil) {
        Sodium.prepare()
        self.outputByteCount = outputByteCount
        state = OwnedMemory(byteCount: crypto_generichash_statebytes())
        let keyOctets = key?.baseAddress?.assumingMemoryBound(to: UInt8.self)
        Self.check(crypto_generichash_init(Self.context(state), keyOctets, key?.count ?? 0, outputByteCount))
    }

    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        let octets = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        Self.check(crypto_generichash_update(Self.context(state), octets, UInt64(bytes.count)))
    }

    mutating func update(_ octets: [UInt8]) {
        octets.withUnsafeBytes { update($0) }
    }

    /// Writes the hash to the front of `target`, which has room for it.
    consuming func finish(into target: UnsafeMutablePointer<UInt8>) {
        Self.check(crypto_generichash_final(Self.context(state), target, outputByteCount))
    }

    consuming func finish() -> [UInt8] {
        var hash = [UInt8](repeating: 0, count: outputByteCount)
        Self.check(crypto_generichash_final(Self.context(state), &hash, outputByteCount))
        return hash
    }

    static func hash(_ octets: [UInt8], outputByteCount: Int, key: UnsafeRawBufferPointer? = nil) -> [UInt8] {
        var hash = Blake2b(outputByteCount: outputByteCount, key: key)
        hash.update(octets)
        return hash.finish()
    }

    /// Swift does not import the state's type, because its alignment is larger than Swift's own types have.
    private static func context(_ state: borrowing OwnedMemory) -> OpaquePointer { OpaquePointer(state.pointer) }

    /// These functions fail only on sizes out of their range, which are constants here.
    private static func check(_ result: Int32) {
        precondition(result == 0, "libsodium refused the size of a BLAKE2b key or output")
    }
}
