package import Format

/// Where the things of a backup go: below the new data directory, and below the places of its tablespaces.
package struct RestorePaths: Equatable, Sendable {
    /// A tablespace outside of the data directory.
    package struct Tablespace: Equatable, Sendable {
        package let oid: String
        package let source: String
        package let target: String
    }

    package static let tablespaceDirectory = "pg_tblspc"

    /// The data directory, absolute.
    package let root: String
    /// By OID's text, in the manifest's order.
    package let tablespaces: [Tablespace]

    /// - Parameter mapping: from an old location or an OID to a new location.
    ///
    /// Throws `badMapping` for a rule that fits no tablespace, a location that is not absolute, and two tablespaces in
    /// one place.
    package init(
        _ manifest: BackupManifest, root: String, mapping: [(old: String, new: String)]
    ) throws(OperationError) {
        self.root = root
        var rules = mapping.map { (old: Self.trimmed($0.old), new: Self.trimmed($0.new), isUsed: false) }
        var tablespaces: [Tablespace] = []
        for link in manifest.links where link.isTablespace {
            let oid = String(link.path.dropFirst(Self.tablespaceDirectory.utf8.count + 1))
            // A link to somewhere in the data directory is a directory there: a tablespace in place.
            guard link.target.hasPrefix("/") else { continue }
            let source = Self.trimmed(link.target)
            let rule = rules.firstIndex { $0.old == source || $0.old == oid }
            if let rule { rules[rule].isUsed = true }
            tablespaces.append(
                Tablespace(oid: oid, source: source, target: rule.map { rules[$0].new } ?? source))
        }
        self.tablespaces = tablespaces
        let known = tablespaces.map { "\($0.oid) (\($0.source))" }.joined(separator: ", ")
        if let unused = rules.first(where: { !$0.isUsed }) {
            throw Self.bad(
                unused.old, "the backup has no such tablespace",
                hint: known.isEmpty ? "It has none at all." : "It has \(known).")
        }
        try Self.check(tablespaces, root)
    }

    private static func check(_ tablespaces: [Tablespace], _ root: String) throws(OperationError) {
        var places: Set<String> = [root]
        for tablespace in tablespaces {
            guard tablespace.target.hasPrefix("/") else {
                throw bad(tablespace.target, "the new location of tablespace \(tablespace.oid) is no absolute path")
            }
            guard places.insert(tablespace.target).inserted else {
                throw bad(tablespace.target, "two things would be restored into one place")
            }
        }
    }

    /// The absolute path of what the manifest calls `path`.
    package func path(of path: String) -> String {
        let parts = path.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count > 1, parts[0] == Self.tablespaceDirectory,
            let tablespace = tablespaces.first(where: { $0.oid == parts[1] })
        else { return "\(root)/\(path)" }
        return parts.count == 2 ? tablespace.target : "\(tablespace.target)/\(parts[2])"
    }

    /// Whether any tablespace goes to another place than it was in.
    package var areMapped: Bool { tablespaces.contains { $0.source != $0.target } }

    private static func trimmed(_ path: String) -> String {
        var path = path
        while path.utf8.count > 1, path.hasSuffix("/") { path.removeLast() }
        return path
    }

    private static func bad(_ object: String, _ cause: String, hint: String? = nil) -> OperationError {
        OperationError(.badMapping, operation: "map tablespace", object: object, cause: cause, hint: hint)
    }
}

extension OperationError.Code {
    /// A tablespace cannot go where somebody wants it.
    package static let badMapping = OperationError.Code("bad mapping", .configuration)
}
