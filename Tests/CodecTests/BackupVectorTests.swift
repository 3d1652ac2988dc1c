import Codec
import Format
import Testing

@Suite struct BackupVectorTests {
    @Test func everyManifestHasItsOutcome() throws {
        let vectors = try VectorFiles.load(ManifestVector.self, "manifest")
        #expect(vectors.count > 100)
        for (name, vector) in vectors {
            let content = VectorFiles.octets(hex: vector.content)
            do {
                let manifest = try BackupManifest.parse(content)
                #expect(vector.outcome == "success", "\(name)")
                #expect(manifest.encode() == content, "\(name)")
            } catch {
                #expect(Self.word(error, "notAManifest", "badManifest") == vector.outcome, "\(name): \(error)")
            }
        }
    }

    @Test func everyPackDirectoryHasItsOutcome() throws {
        for (name, vector) in try VectorFiles.load(PackVector.self, "pack") {
            let octets = VectorFiles.octets(hex: vector.directory)
            do {
                let directory = try PackDirectory.read(octets, objectByteCount: vector.objectByteCount)
                #expect(vector.outcome == "success", "\(name)")
                #expect(directory.entries.map { [$0.offset, UInt64($0.byteCount)] } == vector.chapters, "\(name)")
                #expect(directory.encode() == octets, "\(name)")
            } catch {
                #expect(Self.word(error, "notAPack", "badPackDirectory") == vector.outcome, "\(name): \(error)")
            }
        }
    }

    @Test func everyRecordHasItsOutcome() throws {
        for (name, vector) in try VectorFiles.load(RecordVector.self, "record") {
            let isGood = try isGood(vector)
            #expect(isGood == (vector.outcome == "success"), "\(name)")
        }
    }

    @Test func everyBackupHasItsOutcome() throws {
        for (name, vector) in try VectorFiles.load(BackupVector.self, "backup") {
            do {
                let restored = try RestoredBackup(vector)
                #expect(vector.outcome == "success", "\(name)")
                let files = try #require(vector.files)
                #expect(Set(restored.files.keys) == Set(files.keys), "\(name)")
                for (path, file) in restored.files {
                    #expect(file.mode == files[path]?.mode, "\(name)")
                    let expected = files[path].map { VectorFiles.octets(hex: $0.blake2b256) }
                    #expect(PlainHash.blake2b256(file.content) == expected, "\(name): \(path)")
                }
            } catch let error as CodecError {
                #expect(error.streamFailure?.rawValue == vector.outcome, "\(name)")
            } catch let error as FormatError {
                #expect(Self.word(error, "notAManifest", "badManifest") == vector.outcome, "\(name)")
            } catch let error as RestoredBackup.Refusal {
                #expect(error.failure == vector.outcome, "\(name)")
            }
        }
    }

    /// The packs of the vectors, whose directories nothing above reads.
    @Test func directoriesOfPacksTellWhereChaptersAre() throws {
        let vectors = try VectorFiles.load(BackupVector.self, "backup").filter { $0.vector.outcome == "success" }
        for (name, vector) in vectors {
            for (key, object) in vector.objects where key.contains("/packs/") {
                let octets = [UInt8](object)
                let count = try PackDirectory.byteCount(footer: Array(octets.suffix(PackDirectory.footerByteCount)))
                let directory = try PackDirectory.read(
                    Array(octets.suffix(count)), objectByteCount: UInt64(octets.count))
                #expect(directory.entries.count == 2, "\(name)")
                for entry in directory.entries {
                    #expect(octets[Int(entry.offset)...].starts(with: Array("TRNKLINE".utf8)), "\(name)")
                }
            }
        }
    }

    @Test func noDamagedDirectoryIsRead() throws {
        let directory = PackDirectory(entries: [.init(offset: 0, byteCount: 60), .init(offset: 60, byteCount: 40)])
        let octets = directory.encode()
        for index in octets.indices {
            var damaged = octets
            damaged[index] ^= 0x20
            #expect(throws: FormatError.self) {
                try PackDirectory.read(damaged, objectByteCount: 100 + UInt64(octets.count))
            }
        }
        #expect(try PackDirectory.read(octets, objectByteCount: 100 + UInt64(octets.count)) == directory)
    }

    private static func word(_ error: FormatError, _ foreign: String, _ bad: String) -> String {
        error.code == .notRecognised ? foreign : bad
    }

    private func isGood(_ vector: RecordVector) throws -> Bool {
        guard case .backup(let cluster, let id, let part) = RepositoryLayout.place(of: Sealed.key(vector.name)),
            part.rawValue == vector.kind
        else {
            Issue.record("\(vector.name) is no backup's")
            return false
        }
        let octets = Array(vector.content.utf8)
        switch part {
        case .begun:
            let begun = PlainRecord(octets.span, limit: BackupBegun.byteCountMax).flatMap { BackupBegun($0) }
            return begun.map { ($0.id, $0.cluster) == (id, cluster) } ?? false
        default:
            let summary = PlainRecord(octets.span, limit: BackupSummary.byteCountMax).flatMap { BackupSummary($0) }
            return summary.map { ($0.id, $0.cluster) == (id, cluster) } ?? false
        }
    }
}
