import Platform

/// The file keys of the slots that were opened last. Streams that share a file key repeat its slots, and opening one
/// takes as long as decompressing some hundred kilobytes.
package final class FileKeyCache: Sendable {
    /// More than a reader has packs open at a time.
    private static let entryCountMax = 16

    private struct Entry {
        let sealedKey: [UInt8]
        let recipient: Recipient
        let keys: HeldKeys
    }

    private let entries = Gate<[Entry]>([])

    package init() {}

    /// The keys of a slot; nil when it was not sealed to `identity` or is damaged.
    func keys(of sealedKey: [UInt8], _ identity: Identity) -> StreamKeys? {
        let recipient = identity.recipient
        let known = entries.withLock { entries in
            entries.first { $0.sealedKey == sealedKey && $0.recipient == recipient }?.keys
        }
        if let known { return StreamKeys(copying: known.keys) }
        guard let keys = StreamKeys(sealedKey: sealedKey, identity: identity) else { return nil }
        let held = HeldKeys(StreamKeys(copying: keys))
        entries.withLock { entries in
            if entries.count == Self.entryCountMax { entries.removeFirst() }
            entries.append(Entry(sealedKey: sealedKey, recipient: recipient, keys: held))
        }
        return keys
    }
}

/// An array refuses `~Copyable` elements.
private final class HeldKeys: Sendable {
    let keys: StreamKeys

    init(_ keys: consuming StreamKeys) { self.keys = keys }
}
