import Codec
import Format
import Operations
import Stream
import TestSupport

/// Makes files of what backups have stored, without the reader of the program.
final class Reassembly {
    private let packs: (PackID) -> [UInt8]?
    private var chapters: [Int: [UInt8]] = [:]
    private let manifest: BackupManifest

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    init(_ manifest: BackupManifest, packs: @escaping (PackID) -> [UInt8]?) {
        self.manifest = manifest
        self.packs = packs
    }

    convenience init(_ manifest: BackupManifest, in store: MemoryStore) {
        self.init(manifest) { store.octets(of: RepositoryLayout.key(of: $0, in: WAL.cluster)) }
    }

    /// The content of a file, put together from its pieces.
    func octets(of file: BackupFile) throws -> [UInt8] {
        var octets: [UInt8] = []
        for piece in file.pieces {
            switch piece.source {
            case .zeros: octets += Array(repeating: 0, count: piece.byteCount)
            case .chapter(let index, let offset):
                octets += try chapter(index)[offset..<offset + piece.byteCount]
            }
        }
        guard UInt64(octets.count) == file.size else { throw Failure(description: "\(file.path): \(octets.count)") }
        if let expected = file.checksum {
            var checksum = CRC32C()
            checksum.update(octets: octets)
            guard checksum.value == expected else { throw Failure(description: "\(file.path): wrong checksum") }
        }
        return octets
    }

    private func chapter(_ index: Int) throws -> [UInt8] {
        if let known = chapters[index] { return known }
        let chapter = manifest.chapters[index]
        let pack = manifest.packs[chapter.pack]
        guard let octets = packs(pack.id) else { throw Failure(description: "pack \(pack.id) is not there") }
        guard UInt64(octets.count) == pack.byteCount else { throw Failure(description: "pack \(pack.id): length") }
        try Self.check(octets, has: chapter)
        let end = Int(chapter.offset) + chapter.sealedByteCount
        let name = RepositoryLayout.chapterName(chapter.number, of: RepositoryLayout.key(of: pack.id, in: WAL.cluster))
        let opened = try OpenedChapter(Array(octets[Int(chapter.offset)..<end]), as: name)
        guard opened.codesDigest == chapter.codesDigest, opened.content.count == chapter.contentByteCount else {
            throw Failure(description: "chapter \(chapter.number) of \(pack.id) is another one")
        }
        chapters[index] = opened.content
        return opened.content
    }

    /// The pack's own directory says the same of the chapter.
    private static func check(_ pack: [UInt8], has chapter: BackupChapter) throws {
        let footer = Array(pack.suffix(PackDirectory.footerByteCount))
        let octets = Array(pack.suffix(try PackDirectory.byteCount(footer: footer)))
        let directory = try PackDirectory.read(octets, objectByteCount: UInt64(pack.count))
        let entry = PackDirectory.Entry(offset: chapter.offset, byteCount: UInt32(chapter.sealedByteCount))
        guard directory.entries[chapter.number] == entry else {
            throw Failure(description: "the directory has chapter \(chapter.number) elsewhere")
        }
    }
}

/// A chapter opened to its end.
struct OpenedChapter {
    private(set) var content: [UInt8] = []
    private(set) var codesDigest: [UInt8] = []

    init(_ sealed: [UInt8], as name: ObjectKey, _ identities: [Identity] = [Cast.alice]) throws {
        let parameters = OpenParameters(identities: identities, acceptsUnencrypted: identities.isEmpty)
        var opener = StreamOpener(name: name, parameters: parameters)
        var data = Block(capacity: 1)
        var blockByteCount = 0
        var decoder: BlockDecoder?
        var position = 0
        while position < sealed.count {
            data.truncate()
            let advance = try data.append { (output) throws(CodecError) in
                try opener.advance(sealed.span.bytes.extracting(position..<sealed.count), into: &output)
            }
            position += advance.consumedByteCount
            switch advance.step {
            case .needsInput: continue
            case .header(let layout):
                data = Block(capacity: layout.dataByteCountMax)
                blockByteCount = layout.blockSize.byteCount
                decoder = try BlockDecoder(layout)
            case .message(let message):
                var block = Block(capacity: blockByteCount)
                try block.append { (output) throws(CodecError) in
                    try data.withBytes { (bytes) throws(CodecError) in
                        try decoder?.decode(bytes, of: message, into: &output)
                    }
                }
                content += block.octets()
            }
        }
        codesDigest = try opener.finish(ContentSummary(byteCount: UInt64(content.count))).codesDigest
    }
}
