internal import Format
package import Operations

/// What `show --json` says: what `list --json` says of the backup, and more.
package enum ShowJSON {
    package static func text(_ result: ShowBackup.Result, showsFiles: Bool) -> JSONText {
        let summary = result.summary
        let files: [(name: String, value: JSONText)] =
            showsFiles ? [("files", .array((result.manifest?.files ?? []).map(file)))] : []
        return .object(
            ListJSON.members(summary) + files + [
                ("cluster", .string("\(summary.cluster)")), ("system", .string("\(summary.system)")),
                ("repositories", .array(result.repositories.map { .string($0) })),
                ("segmentBytes", ListJSON.number(summary.segmentBytes)),
                ("readBytes", ListJSON.number(summary.readByteCount)), ("snapshot", .string(summary.snapshot)),
                ("packs", .array(summary.packs.map { .string("\($0)") })),
                ("manifest", result.manifest.map { manifest($0) } ?? .null),
            ])
    }

    private static func manifest(_ manifest: BackupManifest) -> JSONText {
        let facts = ManifestFacts(manifest: manifest)
        return .object([
            ("files", .number(Int64(manifest.files.count))),
            ("directories", .number(Int64(manifest.directories.count))),
            ("chapters", .number(Int64(manifest.chapters.count))),
            ("chapterBytes", ListJSON.number(facts.chapterContentBytes)),
            ("packs", .number(Int64(manifest.packs.count))), ("packBytes", ListJSON.number(facts.packBytes)),
            ("zeroBytes", ListJSON.number(facts.zeroBytes)),
            ("pageBytes", .number(Int64(manifest.facts.pageByteCount))),
            ("checksums", .flag(manifest.facts.hasChecksums)), ("owner", .string(manifest.facts.owner)),
            ("group", .string(manifest.facts.group)),
            ("label", .string(String(decoding: manifest.facts.label, as: UTF8.self))),
            (
                "tablespaces",
                .array(facts.tablespaces.map { .object([("path", .string($0.path)), ("target", .string($0.target))]) })
            ),
            (
                "largestRelations",
                .array(
                    facts.largestRelations.map {
                        .object([("path", .string($0.name)), ("bytes", ListJSON.number($0.byteCount))])
                    })
            ),
        ])
    }

    private static func file(_ file: BackupFile) -> JSONText {
        .object([
            ("path", .string(file.path)), ("bytes", ListJSON.number(file.size)),
            ("pieces", .number(Int64(file.pieces.count))),
            ("crc32c", file.checksum.map { .string(ShowReport.hexadecimal($0)) } ?? .null),
        ])
    }
}
