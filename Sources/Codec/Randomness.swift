import CSodium

/// Where keys and nonces come from: libsodium, or a recorded sequence when a test re-encodes a vector.
package struct Randomness: Sendable {
    let fill: @Sendable (UnsafeMutableRawBufferPointer) -> Void

    /// `fill` must overwrite all bytes of the memory it is lent.
    package init(_ fill: @escaping @Sendable (UnsafeMutableRawBufferPointer) -> Void) { self.fill = fill }

    /// The kernel's generator, by way of `randombytes_buf`.
    package static let system = Randomness { target in
        Sodium.prepare()
        guard let address = target.baseAddress else { return }
        randombytes_buf(address, target.count)
    }

    func bytes(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { target, initialized in
            fill(UnsafeMutableRawBufferPointer(target))
            initialized = count
        }
    }

    func secret(_ count: Int) -> SecretBytes {
        SecretBytes(count: count) { fill(UnsafeMutableRawBufferPointer(start: $0, count: count)) }
    }
}
