import Format
import Platform
import Stream

/// What an unfinished backup has stored already, pack by pack, in the state directory: the next one finds it there and
/// does not store it again. Only a help: a journal that cannot be written or read costs time.
final class BackupJournal: Sendable {
    /// What a journal is good for.
    struct Scope: Equatable, Sendable {
        let system: SystemIdentifier
        /// The places of the repositories that have all packs, in their order.
        let places: [String]
        /// To whom all packs are sealed, as in `BlockIndex`.
        let readers: [String]
        let blockKey: [UInt8]
    }

    /// What a journal holds.
    struct Found: Sendable {
        let scope: Scope
        let frames: [JournalFrame]
        /// Where the whole frames end: a process may have ended while it wrote another.
        let byteCount: Int
    }

    private struct State: ~Copyable {
        var file: Descriptor?
    }

    private let state: Gate<State>

    /// Packs that no backup refers to may be swept after a week (docs/FORMAT.md): older ones are not built upon.
    static let ageSecondsMax: Int64 = 5 * 86_400
    private static let magic = Array("TRNKJRNL".utf8) + [1]
    /// A frame tells some thousands of blocks.
    private static let frameBytesMax = 64 << 20
    /// The journal of 100 TB.
    private static let byteCountMax = 4 << 30

    /// Goes on with the journal `found` at `path` when it has this scope, else begins one.
    init(_ path: String, scope: Scope, continuing found: Found?, now: UnixTime) {
        var file: Descriptor?
        if let found, found.scope == scope {
            file = try? Descriptor.open(path, .append, permissions: 0o600)
            if (try? file?.setSize(UInt64(found.byteCount))) == nil { file = nil }
        } else {
            _ = try? FileSystem.remove(path)
            file = try? Descriptor.open(path, .append, permissions: 0o600)
            if (try? file?.write(octets: Self.header(scope, now))) == nil { file = nil }
        }
        state = Gate(State(file: file))
    }

    /// Once this has failed, nothing is appended any more.
    func append(_ frame: JournalFrame) {
        let octets = frame.encode()
        guard octets.count <= Self.frameBytesMax else { return }
        let framed = Self.framed(octets)
        state.withLock { state in
            guard let file = state.file.take() else { return }
            guard (try? file.write(octets: framed)) != nil, (try? file.synchronize()) != nil else { return }
            state.file = consume file
        }
    }

    /// What is at `path`, up to the first frame that is not whole; nil when it is too old, or no journal.
    static func load(_ path: String, now: UnixTime) -> Found? {
        guard let octets = try? FileSystem.readWhole(path, limit: byteCountMax) else { return nil }
        var reader = OctetReader(octets, of: "backup journal")
        guard let (scope, began) = try? readHeader(&reader), now.seconds - began < ageSecondsMax, began <= now.seconds
        else { return nil }
        var frames: [JournalFrame] = []
        var rest = reader.remaining
        while let frame = try? readFrame(&reader) {
            frames.append(frame)
            rest = reader.remaining
        }
        return Found(scope: scope, frames: frames, byteCount: octets.count - rest)
    }

    private static func header(_ scope: Scope, _ now: UnixTime) -> [UInt8] {
        var writer = OctetWriter()
        writer.number(scope.system.rawValue)
        writer.number(max(now.seconds, 0))
        writer.raw(scope.blockKey)
        writer.number(scope.places.count)
        for place in scope.places { writer.text(place) }
        writer.number(scope.readers.count)
        for reader in scope.readers { writer.text(reader) }
        return magic + framed(writer.octets)
    }

    private static func framed(_ octets: [UInt8]) -> [UInt8] {
        var checksum = CRC32C()
        checksum.update(octets: octets)
        var writer = OctetWriter()
        writer.word(UInt32(octets.count))
        writer.word(checksum.value)
        writer.raw(octets)
        return writer.octets
    }

    private static func unframed(_ reader: inout OctetReader) throws(FormatError) -> [UInt8] {
        let count = Int(try reader.word())
        let expected = try reader.word()
        guard count <= frameBytesMax else { throw reader.wrong("a frame of \(count) bytes") }
        let octets = try reader.raw(count)
        var checksum = CRC32C()
        checksum.update(octets: octets)
        guard checksum.value == expected else { throw reader.wrong("a frame's checksum is wrong") }
        return octets
    }

    private static func readHeader(
        _ reader: inout OctetReader
    ) throws(FormatError) -> (scope: Scope, began: Int64) {
        guard try reader.raw(magic.count) == magic else { throw reader.wrong("it does not begin as a journal does") }
        var fields = OctetReader(try unframed(&reader), of: "backup journal")
        let system = SystemIdentifier(rawValue: try fields.number())
        let began = try fields.number(upTo: Int.max, "the time")
        let key = try fields.raw(BackupFacts.blockKeyByteCount)
        var places: [String] = []
        for _ in 0..<(try fields.count(of: "repositories")) { places.append(try fields.text()) }
        var readers: [String] = []
        for _ in 0..<(try fields.count(of: "recipients")) { readers.append(try fields.text()) }
        try fields.finish()
        return (Scope(system: system, places: places, readers: readers, blockKey: key), Int64(began))
    }

    private static func readFrame(_ reader: inout OctetReader) throws(FormatError) -> JournalFrame {
        try JournalFrame(try unframed(&reader))
    }
}
