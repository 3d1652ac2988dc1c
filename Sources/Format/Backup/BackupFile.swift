/// One file of a backup: what it is, and where its bytes are.
package struct BackupFile: Equatable, Sendable {
    /// Relative to the data directory; below `pg_tblspc/<oid>/` for what is in a tablespace.
    package let path: String
    /// The low twelve bits.
    package let mode: UInt16
    package let size: UInt64
    /// Last change of the content when it was read, nanoseconds since 1970.
    package let modified: Int64
    /// Last change of content or attributes, likewise.
    package let changed: Int64
    package let inode: UInt64
    /// CRC-32C of the content; nil where only some of its pages were read.
    package let checksum: UInt32?
    /// In order, together `size` bytes.
    package let pieces: [FilePiece]
    /// One for each block of 128 KiB.
    package let hashes: [BlockHash]

    package init(
        path: String, mode: UInt16, size: UInt64, modified: Int64, changed: Int64, inode: UInt64, checksum: UInt32?,
        pieces: [FilePiece], hashes: [BlockHash]
    ) {
        self.path = path
        self.mode = mode
        self.size = size
        self.modified = modified
        self.changed = changed
        self.inode = inode
        self.checksum = checksum
        self.pieces = pieces
        self.hashes = hashes
    }
}

/// A directory of a backup.
package struct BackupDirectory: Equatable, Sendable {
    package let path: String
    package let mode: UInt16

    package init(path: String, mode: UInt16) {
        self.path = path
        self.mode = mode
    }
}

/// A symbolic link of the data directory. What is behind it is listed as if it stood in the link's place.
package struct BackupLink: Equatable, Sendable {
    package let path: String
    package let target: String
    /// A link of `pg_tblspc`: a tablespace.
    package let isTablespace: Bool

    package init(path: String, target: String, isTablespace: Bool) {
        self.path = path
        self.target = target
        self.isTablespace = isTablespace
    }
}
