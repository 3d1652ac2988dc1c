internal import Glibc

// Symbolic links, modes and room.
extension FileSystem {
    /// Makes a symbolic link that says `target`; EEXIST when the name is taken.
    package static func createLink(_ path: String, to target: String) throws(PlatformError) {
        guard !target.utf8.contains(0) else {
            throw PlatformError(operation: "symlink", object: path, errno: .invalidArgument)
        }
        try pathCall("symlink", path) { path in target.withCString { symlink($0, path) } }
    }

    /// Sets the low twelve bits of the mode, whatever the umask. Symbolic links are followed.
    package static func setPermissions(_ path: String, _ permissions: UInt16) throws(PlatformError) {
        try pathCall("chmod", path) { chmod($0, mode_t(permissions)) }
    }

    /// Bytes that the file system of `path` still has for this user.
    package static func freeBytes(at path: String) throws(PlatformError) -> UInt64 {
        var information = statvfs()
        try pathCall("statvfs", path) { statvfs($0, &information) }
        return UInt64(information.f_bavail).multipliedReportingOverflow(by: UInt64(information.f_frsize)).partialValue
    }
}

extension Descriptor {
    /// Sets the low twelve bits of the mode, whatever the umask.
    package func setPermissions(_ permissions: UInt16) throws(PlatformError) {
        try withNumber { (number) throws(PlatformError) in
            _ = try systemCall("fchmod", on: path) { fchmod(number, mode_t(permissions)) }
        }
    }

    /// Gives the file to somebody; a superuser's call.
    package func setOwner(_ owner: Ownership.Owner) throws(PlatformError) {
        try withNumber { (number) throws(PlatformError) in
            _ = try systemCall("fchown", on: path) { fchown(number, owner.userID, owner.groupID) }
        }
    }
}

extension Ownership {
    /// A user and a group by their numbers.
    package struct Owner: Equatable, Sendable {
        package let userID: UInt32
        package let groupID: UInt32

        package init(userID: UInt32, groupID: UInt32) {
            self.userID = userID
            self.groupID = groupID
        }
    }

    /// Gives `path` itself, a link too, to `owner`.
    package static func give(_ path: String, to owner: Owner) throws(PlatformError) {
        try pathCall("lchown", path) { lchown($0, owner.userID, owner.groupID) }
    }

    /// The user and the group of these names on this machine; nil when there is none of one name.
    package static func owner(user: String, group: String) -> Owner? {
        guard let userID = userID(of: user), let groupID = groupID(of: group) else { return nil }
        return Owner(userID: userID, groupID: groupID)
    }

    /// Room for the longest line of /etc/passwd or /etc/group that anybody has.
    private static let entryBytesMax = 64 << 10

    private static func userID(of name: String) -> UInt32? {
        var entry = passwd()
        var result: UnsafeMutablePointer<passwd>?
        var room = [CChar](repeating: 0, count: entryBytesMax)
        guard getpwnam_r(name, &entry, &room, room.count, &result) == 0, result != nil else { return nil }
        return entry.pw_uid
    }

    private static func groupID(of name: String) -> UInt32? {
        var entry = Glibc.group()
        var result: UnsafeMutablePointer<Glibc.group>?
        var room = [CChar](repeating: 0, count: entryBytesMax)
        guard getgrnam_r(name, &entry, &room, room.count, &result) == 0, result != nil else { return nil }
        return entry.gr_gid
    }
}

extension UnixTime {
    /// Seconds east of UTC that the clocks of this machine show at that moment.
    package var localOffsetSeconds: Int {
        var seconds = time_t(self.seconds)
        var local = tm()
        guard localtime_r(&seconds, &local) != nil else { return 0 }
        return local.tm_gmtoff
    }
}
