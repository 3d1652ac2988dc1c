import Codec
import Format
import Platform
import Stream

/// Finds out what of a backup's files is there already, by the keyed hashes of their blocks.
struct DeltaScan: Sendable {
    let manifest: BackupManifest
    let path: @Sendable (Int) -> String
    let threads: Int
    let progress: any ProgressObserver

    /// The state of every file of the manifest. Nothing is changed.
    func run() throws(OperationError) -> [FileState] {
        progress.begin("compare", totalBytes: manifest.byteCount)
        defer { progress.end() }
        let hasher = BlockHasher(key: manifest.facts.blockKey)
        let blocks = BlockPool(name: "blocks of files", blockCapacity: BackupBlock.byteCount, blockCount: threads)
        let states = Gate([FileState](repeating: .absent, count: manifest.files.count))
        try Crew.each(below: manifest.files.count, threads: threads, name: "compare") {
            (index) throws(OperationError) in
            guard var block = blocks.take() else { throw .gaveUp("compare", path(index)) }
            let answer = state(index, hasher, &block)
            blocks.give(block)
            let state = try answer.get()
            states.withLock { $0[index] = state }
        }
        return states.withLock { $0 }
    }

    private func state(
        _ index: Int, _ hasher: BlockHasher, _ block: inout Block
    ) -> Result<FileState, OperationError> {
        let file = manifest.files[index]
        let path = path(index)
        do throws(PlatformError) {
            guard let status = try FileSystem.status(of: path, followLinks: false), status.kind == .regular else {
                return .success(.absent)
            }
            let descriptor = try Descriptor.open(path, .read)
            descriptor.adviseSequential()
            let known = try compare(descriptor, file, hasher, &block)
            guard known.contains(where: { $0 != nil }) || file.size == 0 else { return .success(.absent) }
            guard status.size == file.size, !known.contains(where: { $0 == nil }) else {
                return .success(.partly(known))
            }
            return .success(.whole(Self.joined(known, size: file.size)))
        } catch {
            return .failure(OperationError(error, doing: "compare"))
        }
    }

    /// For each block of the backup's file the checksum of what is there, if that is the same.
    private func compare(
        _ descriptor: borrowing Descriptor, _ file: BackupFile, _ hasher: BlockHasher, _ block: inout Block
    ) throws(PlatformError) -> [UInt32?] {
        var known: [UInt32?] = []
        var offset: UInt64 = 0
        for number in 0..<BackupBlock.count(size: file.size) {
            let byteCount = Int(min(file.size - offset, UInt64(BackupBlock.byteCount)))
            let hash = number < file.hashes.count ? file.hashes[number] : .unknown
            var checksum: UInt32?
            if hash != .unknown {
                block.truncate()
                _ = try block.append { (output) throws(PlatformError) in try descriptor.read(at: offset, into: &output)
                }
                checksum = Self.checksum(block, byteCount, hash, hasher)
            }
            known.append(checksum)
            offset += UInt64(byteCount)
            progress.advance(UInt64(byteCount))
        }
        return known
    }

    private static func checksum(
        _ block: borrowing Block, _ byteCount: Int, _ hash: BlockHash, _ hasher: BlockHasher
    ) -> UInt32? {
        // The last block of a longer file is compared up to where the backup's ends.
        guard block.count >= byteCount else { return nil }
        return block.withBytes { bytes in
            let part = bytes.extracting(0..<byteCount)
            guard hasher.hash(part) == hash else { return nil }
            var checksum = CRC32C()
            checksum.update(part)
            return checksum.value
        }
    }

    private static func joined(_ known: [UInt32?], size: UInt64) -> UInt32 {
        var joined = CRC32C()
        var rest = size
        for checksum in known {
            let byteCount = min(rest, UInt64(BackupBlock.byteCount))
            joined = joined.joined(with: CRC32C(value: checksum ?? 0), byteCount: byteCount)
            rest -= byteCount
        }
        return joined.value
    }
}
