/// Everything a restore has to know: which files there were, and which piece of which chapter holds their bytes.
///
/// Always complete: no other manifest is needed. Its content is binary (docs/FORMAT.md, "Manifest"), sealed and signed
/// like any other object; the same content, unsealed, is the block index a host keeps for its next backup.
package struct BackupManifest: Equatable, Sendable {
    /// What a reader may be asked to hold: some 100 TB of database.
    package static let byteCountMax = 8 << 30

    package var facts: BackupFacts
    /// Every pack that a chapter is in.
    package var packs: [Pack]
    package var chapters: [BackupChapter]
    /// Ascending by path: a parent stands before what is in it.
    package var directories: [BackupDirectory]
    package var links: [BackupLink]
    /// Ascending by the bytes of the path, each once.
    package var files: [BackupFile]

    package struct Pack: Equatable, Sendable {
        package let id: PackID
        /// Bytes of the object.
        package let byteCount: UInt64

        package init(id: PackID, byteCount: UInt64) {
            self.id = id
            self.byteCount = byteCount
        }
    }

    package init(
        facts: BackupFacts, packs: [Pack] = [], chapters: [BackupChapter] = [], directories: [BackupDirectory] = [],
        links: [BackupLink] = [], files: [BackupFile] = []
    ) {
        self.facts = facts
        self.packs = packs
        self.chapters = chapters
        self.directories = directories
        self.links = links
        self.files = files
    }

    /// Bytes of all files together.
    package var byteCount: UInt64 { files.reduce(0) { $0 + $1.size } }
}
