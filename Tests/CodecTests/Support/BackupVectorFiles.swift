import FoundationEssentials

/// Tests/Vectors/manifest: the content of a manifest, hexadecimal.
struct ManifestVector: Decodable {
    let outcome: String
    let content: String
}

/// Tests/Vectors/pack: a pack's last bytes.
struct PackVector: Decodable {
    let outcome: String
    let directory: String
    let objectByteCount: UInt64
    /// Offset and length of each.
    let chapters: [[UInt64]]?
}

/// Tests/Vectors/record: the content of a plain stream.
struct RecordVector: Decodable {
    let outcome: String
    let kind: String
    let name: String
    let content: String
}

/// Tests/Vectors/backup: the objects of a repository, and what comes of restoring one backup.
struct BackupVector: Decodable {
    struct File: Decodable, Equatable {
        let mode: UInt16
        let byteCount: Int
        let blake2b256: String
    }

    let outcome: String
    let cluster: String
    let backup: String
    let identities: [String]
    let signers: [String]
    let acceptUnencrypted: Bool
    let objects: [String: Data]
    let files: [String: File]?
}
