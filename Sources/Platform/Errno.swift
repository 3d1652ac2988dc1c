internal import Glibc

/// The kernel's reason for refusing a call: a number of errno(3).
package struct Errno: Error, Equatable, Hashable, Sendable, CustomStringConvertible {
    /// The value of `errno`.
    package let rawValue: Int32

    /// Any number; those without a name above are described by it.
    package init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    /// ENOENT: a component of the path does not exist.
    package static let noSuchFile = Errno(rawValue: ENOENT)
    /// EEXIST: the name is taken.
    package static let exists = Errno(rawValue: EEXIST)
    /// EACCES: the permission bits of the file or of a directory above it forbid it.
    package static let accessDenied = Errno(rawValue: EACCES)
    /// EPERM: only the owner or root may, or the file system cannot.
    package static let notPermitted = Errno(rawValue: EPERM)
    /// ENOSPC: the file system is full.
    package static let noSpace = Errno(rawValue: ENOSPC)
    /// EDQUOT: the user's share of the file system is full.
    package static let quotaExceeded = Errno(rawValue: EDQUOT)
    /// EFBIG: larger than the file system, or a limit of the caller, allows.
    package static let fileTooLarge = Errno(rawValue: EFBIG)
    /// EINTR: a signal arrived; the calls of this target try again by themselves.
    package static let interrupted = Errno(rawValue: EINTR)
    /// EIO: the device failed.
    package static let inputOutput = Errno(rawValue: EIO)
    /// EROFS: mounted read-only.
    package static let readOnlyFileSystem = Errno(rawValue: EROFS)
    /// ENOTDIR: a component of the path is not a directory.
    package static let notADirectory = Errno(rawValue: ENOTDIR)
    /// EISDIR: a directory where a file was expected.
    package static let isADirectory = Errno(rawValue: EISDIR)
    /// ENOTEMPTY: the directory still has entries.
    package static let directoryNotEmpty = Errno(rawValue: ENOTEMPTY)
    /// EINVAL: the arguments make no sense to the kernel or the file system.
    package static let invalidArgument = Errno(rawValue: EINVAL)
    /// ENOSYS: the kernel has no such call.
    package static let notImplemented = Errno(rawValue: ENOSYS)
    /// EOPNOTSUPP: the file system has no such operation.
    package static let notSupported = Errno(rawValue: EOPNOTSUPP)
    /// EAGAIN (EWOULDBLOCK): not now.
    package static let wouldBlock = Errno(rawValue: EAGAIN)
    /// ELOOP: too many symbolic links, or directories nested beyond a limit of the caller.
    package static let tooManyLevels = Errno(rawValue: ELOOP)
    /// ENAMETOOLONG: a component longer than 255 bytes, or a path longer than 4,095.
    package static let nameTooLong = Errno(rawValue: ENAMETOOLONG)
    /// EXDEV: source and target are on different file systems.
    package static let crossesDevices = Errno(rawValue: EXDEV)
    /// EBADF: the descriptor is closed, or not open for this.
    package static let badDescriptor = Errno(rawValue: EBADF)
    /// EPIPE: nobody reads the other end.
    package static let brokenPipe = Errno(rawValue: EPIPE)
    /// ESRCH: no such process.
    package static let noSuchProcess = Errno(rawValue: ESRCH)
    /// ENXIO: no such device, for instance no controlling terminal.
    package static let noSuchDevice = Errno(rawValue: ENXIO)
    /// ETIMEDOUT: it did not happen in time; also the answer of this target's own deadlines.
    package static let timedOut = Errno(rawValue: ETIMEDOUT)
    /// ECONNREFUSED: nobody listens there.
    package static let connectionRefused = Errno(rawValue: ECONNREFUSED)
    /// ECONNRESET: the peer went away in the middle.
    package static let connectionReset = Errno(rawValue: ECONNRESET)
    /// ECONNABORTED: the peer went away before it was let in.
    package static let connectionAborted = Errno(rawValue: ECONNABORTED)
    /// EADDRINUSE: somebody listens there already.
    package static let addressInUse = Errno(rawValue: EADDRINUSE)
    /// ENOTSOCK: the descriptor is no socket.
    package static let notASocket = Errno(rawValue: ENOTSOCK)

    /// The text of strerror(3), as in "No such file or directory".
    package var description: String {
        // glibc's longest message has 49 bytes.
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { buffer in
            guard let start = buffer.baseAddress, strerror_r(rawValue, start, buffer.count) == 0 else {
                return "error \(rawValue)"
            }
            return String(cString: start)
        }
    }
}
