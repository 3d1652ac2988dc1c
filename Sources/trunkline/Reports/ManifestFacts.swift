internal import Format

/// What is worth knowing of a manifest as a whole.
struct ManifestFacts {
    let manifest: BackupManifest

    /// Enough to see where the room goes.
    private static let relationsMax = 10

    /// A relation's main file with its segments and forks, or a file of its own.
    struct Relation: Equatable {
        let name: String
        let byteCount: UInt64
    }

    var packBytes: UInt64 { manifest.packs.reduce(0) { $0 + $1.byteCount } }

    var chapterContentBytes: UInt64 { manifest.chapters.reduce(0) { $0 + UInt64($1.contentByteCount) } }

    /// Bytes for which nothing is stored.
    var zeroBytes: UInt64 {
        manifest.files.reduce(0) { sum, file in
            file.pieces.reduce(sum) { $1.source == .zeros ? $0 + UInt64($1.byteCount) : $0 }
        }
    }

    var tablespaces: [BackupLink] { manifest.links.filter(\.isTablespace) }

    /// The largest, in descending order.
    var largestRelations: [Relation] {
        var sizes: [String: UInt64] = [:]
        for file in manifest.files {
            if let name = Self.relation(file.path) { sizes[name, default: 0] += file.size }
        }
        return
            sizes
            .sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .prefix(Self.relationsMax).map { Relation(name: $0.key, byteCount: $0.value) }
    }

    /// The path of the relation's first segment: `base/5/16384` of `base/5/16384.3` and of `base/5/16384_fsm`; nil for
    /// a file that belongs to no relation.
    static func relation(_ path: String) -> String? {
        guard ["base/", "global/", "pg_tblspc/"].contains(where: path.hasPrefix),
            let slash = path.lastIndex(of: "/")
        else { return nil }
        let name = path[path.index(after: slash)...]
        let digits = name.prefix { $0.isASCII && $0.isNumber }
        guard !digits.isEmpty, digits.endIndex == name.endIndex || "._".contains(name[digits.endIndex]) else {
            return nil
        }
        return String(path[..<digits.endIndex])
    }
}
