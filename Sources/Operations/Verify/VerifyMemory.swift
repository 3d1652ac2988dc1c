internal import Format
internal import Stream

/// What earlier runs of `verify` found right, in a file of its own: only objects in exactly the state they are in now
/// count, and a file that is not as it was written counts for nothing.
///
/// Entries stand in the order of their keys, so that they are compared with a listing side by side, one at a time.
package struct VerifyMemory: Sendable {
    /// Some twenty bytes an object: fifty million objects.
    package static let byteCountMax = 1 << 30

    /// `TRNKVRFY` and the version.
    private static let magic = Array("TRNKVRFY".utf8) + [1]
    private static let noun = "memory of verify"
    private static let checksumByteCount = 4

    /// The identifier of the repository that it is about (`RepositoryMarker.repository`).
    package let repository: String
    private var writer = OctetWriter()
    private var previous: [UInt8] = []
    private var count = 0

    /// An empty one, to be filled in the order of keys.
    package init(of repository: String) { self.repository = repository }

    /// Remembers the check of an item, where there is one. Items come in the order of their keys.
    package mutating func append(_ item: VerifyItem) {
        guard let check = item.check else { return }
        let path = Array(item.key.path.utf8)
        let shared = zip(path, previous).prefix { $0 == $1 }.count
        writer.number(shared)
        writer.counted(path[shared...])
        writer.number(item.byteCount)
        writer.long(item.fingerprint)
        writer.number(check.level.rawValue)
        writer.number(max(check.milliseconds, 0))
        previous = path
        count += 1
    }

    /// What the file holds.
    package func encode() -> [UInt8] {
        var head = OctetWriter()
        head.raw(Self.magic)
        head.text(repository)
        head.number(count)
        let body = head.octets + writer.octets
        var tail = OctetWriter()
        tail.word(Self.checksum(body))
        return body + tail.octets
    }

    /// Gives every item the check that the file remembers of it. Items come in the order of their keys; those that
    /// changed since, or that an entry of the future is about, get none.
    ///
    /// False, and no item is touched, for a file of another repository and for everything that `encode` did not write.
    @discardableResult
    package static func recall(
        _ octets: [UInt8], of repository: String, now: Int64, into items: inout [VerifyItem]
    ) -> Bool {
        guard octets.count > checksumByteCount else { return false }
        let body = Array(octets.dropLast(checksumByteCount))
        var tail = OctetReader(Array(octets.suffix(checksumByteCount)), of: noun)
        guard let checksum = try? tail.word(), checksum == Self.checksum(body) else { return false }
        var recalled = items
        guard (try? read(body, repository, now, &recalled)) == true else { return false }
        items = recalled
        return true
    }

    private static func read(
        _ body: [UInt8], _ repository: String, _ now: Int64, _ items: inout [VerifyItem]
    ) throws(FormatError) -> Bool {
        var reader = OctetReader(body, of: noun)
        guard try reader.raw(magic.count) == magic, try reader.text() == repository else { return false }
        var path: [UInt8] = []
        var index = 0
        var key = items.first.map { Array($0.key.path.utf8) }
        // The shortest entry: two counts, a length, a fingerprint, a level and a time.
        for _ in 0..<(try reader.count(of: "objects", eachAtLeast: 13)) {
            let shared = try reader.number(upTo: path.count, "the shared part of a key")
            let next = path[..<shared] + (try reader.counted())
            guard path.lexicographicallyPrecedes(next) else { return false }
            path = Array(next)
            let byteCount = try reader.number()
            let fingerprint = try reader.long()
            let level = VerifyLevel(rawValue: UInt8(try reader.number(upTo: 1, "the level of a check")))
            let time = Int64(try reader.number(upTo: Int.max, "the time of a check"))
            while let current = key, current.lexicographicallyPrecedes(path) {
                index += 1
                key = index < items.count ? Array(items[index].key.path.utf8) : nil
            }
            guard key == path else { continue }
            let isSame = items[index].byteCount == byteCount && items[index].fingerprint == fingerprint
            if isSame, time <= now, let level { items[index].check = VerifyCheck(level: level, milliseconds: time) }
        }
        try reader.finish()
        return true
    }

    private static func checksum(_ octets: [UInt8]) -> UInt32 {
        var checksum = CRC32C()
        Block(copying: octets).withBytes { checksum.update($0) }
        return checksum.value
    }
}
