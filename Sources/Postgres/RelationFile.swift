/// One segment file of one fork of a relation: where it is, and so what it is.
package struct RelationFile: Hashable, Sendable {
    /// `ForkNumber` (common/relpath.h), in PostgreSQL's order.
    package enum Fork: UInt8, Sendable {
        case main = 0
        case freeSpace, visibility, initial

        /// What stands behind the underscore in a file's name; nil for a text that never does.
        init?(suffix: Substring) {
            switch suffix {
            case "fsm": self = .freeSpace
            case "vm": self = .visibility
            case "init": self = .initial
            default: return nil
            }
        }
    }

    /// The object identifier of the tablespace.
    package let tablespace: UInt32
    /// 0 for relations that all databases share.
    package let database: UInt32
    /// The number of the file node.
    package let number: UInt32
    package let fork: Fork
    /// Counts files of 1 GiB.
    package let segment: UInt32

    /// `DEFAULTTABLESPACE_OID` and `GLOBALTABLESPACE_OID` (catalog/pg_tablespace.dat).
    package static let defaultTablespace: UInt32 = 1663
    package static let globalTablespace: UInt32 = 1664

    package init(tablespace: UInt32, database: UInt32, number: UInt32, fork: Fork = .main, segment: UInt32 = 0) {
        self.tablespace = tablespace
        self.database = database
        self.number = number
        self.fork = fork
        self.segment = segment
    }

    /// Reads a path relative to the data directory: `base/5/16384_vm.2`, `global/1262`,
    /// `pg_tblspc/16400/PG_15_202209061/5/16401.1`; nil for every other file, and for temporary relations.
    package init?(path: String) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard let last = parts.last, let name = RelationFileName(last),
            let directory = RelationDirectory(parts.dropLast())
        else { return nil }
        self.init(
            tablespace: directory.tablespace, database: directory.database, number: name.number, fork: name.fork,
            segment: name.segment)
    }

    /// The number of the file's first page within the fork; nil where no relation can reach.
    package var firstBlock: UInt32? {
        let (block, isTooLarge) = segment.multipliedReportingOverflow(by: PageCheck.segmentPageCount)
        return isTooLarge ? nil : block
    }
}

/// A directory that holds the files of relations.
struct RelationDirectory {
    let tablespace: UInt32
    /// 0 for `global`.
    let database: UInt32

    /// `TABLESPACE_VERSION_DIRECTORY` begins with it (common/relpath.h).
    private static let versionPrefix = "PG_"

    /// The parts of a path relative to the data directory; nil for every other directory.
    init?(_ parts: ArraySlice<Substring>) {
        let parts = Array(parts)
        switch (parts.first, parts.count) {
        case ("global", 1):
            tablespace = RelationFile.globalTablespace
            database = 0
        case ("base", 2):
            guard let number = RelationFileName.number(parts[1]) else { return nil }
            tablespace = RelationFile.defaultTablespace
            database = number
        case ("pg_tblspc", 4):
            guard let space = RelationFileName.number(parts[1]), parts[2].hasPrefix(Self.versionPrefix),
                let number = RelationFileName.number(parts[3])
            else { return nil }
            tablespace = space
            database = number
        default: return nil
        }
    }
}
