/// What a backup has to do with a file of the data directory, besides copying it.
package enum DataFileKind: Equatable, Sendable {
    /// `pg_control`: copied last, once everything it speaks of is there.
    case control
    /// Pages of a relation, with a checksum in each where the cluster has them (`is_checksummed_file`,
    /// backend/backup/basebackup.c).
    case pages(RelationFile)
    /// Everything else, such as `PG_VERSION`, `pg_filenode.map` and the files of transaction status.
    case other

    /// `path` is relative to the data directory.
    package init(path: String) {
        if path == ControlFile.path {
            self = .control
        } else if let file = RelationFile(path: path) {
            self = .pages(file)
        } else {
            self = .other
        }
    }
}
