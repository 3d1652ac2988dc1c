internal import Glibc

/// What stat(2) says about a file.
package struct FileStatus: Equatable, Sendable {
    /// What kind of file: `other` are pipes, sockets and devices.
    package enum Kind: Sendable {
        case regular, directory, symbolicLink, other
    }

    /// Bytes; zero for what has no length.
    package let size: UInt64
    /// The file system it is on.
    package let device: UInt64
    /// Its number there; `device` and `inode` together are the file.
    package let inode: UInt64
    /// Last change of the content.
    package let modified: UnixTime
    /// Last change of the content or of what stands here.
    package let changed: UnixTime
    /// The low twelve bits of the mode, as in 0o640.
    package let permissions: UInt16
    /// The kind; `symbolicLink` only when links are not followed.
    package let kind: Kind
    /// Its owner.
    package let userID: UInt32

    /// Whether both are the same file, whatever its names.
    package func isSameFile(as other: FileStatus) -> Bool {
        device == other.device && inode == other.inode
    }

    init(_ status: stat) {
        size = UInt64(clamping: status.st_size)
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        modified = UnixTime(status.st_mtim)
        changed = UnixTime(status.st_ctim)
        permissions = UInt16(status.st_mode & 0o7777)
        userID = status.st_uid
        kind =
            switch status.st_mode & S_IFMT {
            case S_IFREG: .regular
            case S_IFDIR: .directory
            case S_IFLNK: .symbolicLink
            default: .other
            }
    }
}

extension UnixTime {
    fileprivate init(_ time: timespec) {
        self.init(seconds: Int64(time.tv_sec), nanoseconds: Int32(time.tv_nsec))
    }
}
