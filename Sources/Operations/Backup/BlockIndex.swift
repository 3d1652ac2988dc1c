import Format
import Platform
import Stream

/// What a host remembers of its last complete backup: the content of its manifest, and which repositories have it.
///
/// A cache: lost means one full backup. It holds names, times and keyed hashes, no data.
struct BlockIndex: Sendable {
    /// The places of the repositories that have every pack of it.
    let places: [String]
    /// To whom all its packs are sealed, as texts; none when they are not encrypted.
    let readers: [String]
    let manifest: BackupManifest
    /// Bad pages that are in it: they are in the next one too where nobody reads them again.
    let pageErrors: [PageError]

    private static let magic = Array("TRNKINDX".utf8) + [1]
    private static let permissions: UInt16 = 0o600

    /// The index at `path`; nil when there is none, or none of this version.
    static func load(_ path: String) -> BlockIndex? {
        guard let octets = try? FileSystem.readWhole(path, limit: BackupManifest.byteCountMax) else { return nil }
        return try? parse(octets)
    }

    func save(directory: String, name: String) throws(OperationError) {
        var body = OctetWriter()
        body.number(places.count)
        for place in places { body.text(place) }
        body.number(readers.count)
        for reader in readers { body.text(reader) }
        body.number(pageErrors.count)
        for error in pageErrors {
            body.text(error.file)
            body.number(error.block)
        }
        body.raw(manifest.encode())
        var writer = OctetWriter()
        writer.raw(Self.magic)
        writer.word(Self.checksum(body.octets))
        writer.raw(body.octets)
        do throws(PlatformError) {
            var file = try AtomicFile(directory: directory, name: name, permissions: Self.permissions)
            try file.write(octets: writer.octets)
            _ = try file.commit(overwrite: .replace)
        } catch {
            throw OperationError(error, doing: "write the block index to")
        }
    }

    private static func parse(_ octets: [UInt8]) throws(FormatError) -> BlockIndex {
        var reader = OctetReader(octets, of: "block index")
        guard try reader.raw(magic.count) == magic else { throw reader.wrong("it does not begin as an index does") }
        let expected = try reader.word()
        let body = try reader.raw(reader.remaining)
        guard checksum(body) == expected else { throw reader.wrong("its checksum is wrong") }
        var fields = OctetReader(body, of: "block index")
        var places: [String] = []
        for _ in 0..<(try fields.count(of: "repositories")) { places.append(try fields.text()) }
        var readers: [String] = []
        for _ in 0..<(try fields.count(of: "recipients")) { readers.append(try fields.text()) }
        var errors: [PageError] = []
        for _ in 0..<(try fields.count(of: "page errors", eachAtLeast: 2)) {
            let file = try fields.text()
            let block = try fields.number(upTo: Int(UInt32.max), "the number of a page")
            errors.append(PageError(file: file, block: UInt32(block)))
        }
        return BlockIndex(
            places: places, readers: readers, manifest: try BackupManifest.parse(try fields.raw(fields.remaining)),
            pageErrors: errors)
    }

    private static func checksum(_ octets: [UInt8]) -> UInt32 {
        var checksum = CRC32C()
        checksum.update(octets: octets)
        return checksum.value
    }
}
