import Format
import Platform
import Postgres

/// A file of the data directory as it was found.
struct ScannedFile: Equatable, Sendable {
    /// Relative to the data directory.
    let path: String
    let mode: UInt16
    let size: UInt64
    /// Nanoseconds since 1970.
    let modified: Int64
    let changed: Int64
    let inode: UInt64

    init(path: String, _ status: FileStatus) {
        self.path = path
        mode = status.permissions
        size = status.size
        modified = status.modified.nanosecondsSince1970
        changed = status.changed.nanosecondsSince1970
        inode = status.inode
    }

    init(path: String, mode: UInt16, size: UInt64, modified: Int64, changed: Int64, inode: UInt64) {
        self.path = path
        self.mode = mode
        self.size = size
        self.modified = modified
        self.changed = changed
        self.inode = inode
    }
}

extension UnixTime {
    /// The first full second that is not before: whoever says that something had ended by then is right.
    var secondAfter: UnixTime { nanoseconds == 0 ? self : UnixTime(seconds: seconds + 1) }

    /// What a manifest keeps; moments that 64 bits do not reach are the nearest that they do.
    var nanosecondsSince1970: Int64 {
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return seconds < 0 ? .min : .max }
        let (sum, isBeyond) = product.addingReportingOverflow(Int64(nanoseconds))
        return isBeyond ? .max : sum
    }
}
