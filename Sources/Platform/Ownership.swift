internal import Glibc

/// Who a file belongs to.
package enum Ownership {
    /// Gives what is at `path`, and everything below it, to the user and group that `model` belongs to.
    ///
    /// For a superuser who sets up what an unprivileged server will use; symbolic links are given themselves, never
    /// followed.
    package static func give(_ path: String, toOwnerOf model: String) throws(PlatformError) {
        var information = stat()
        try pathCall("stat", model) { stat($0, &information) }
        try give(path, user: information.st_uid, group: information.st_gid)
    }

    private static func give(_ path: String, user: uid_t, group: gid_t) throws(PlatformError) {
        try pathCall("lchown", path) { lchown($0, user, group) }
        let status = try FileSystem.status(of: path, followLinks: false)
        guard status?.kind == .directory else { return }
        for name in try FileSystem.list(path) { try give("\(path)/\(name)", user: user, group: group) }
    }
}

extension Ownership {
    /// The names of the user and the group that `path` belongs to; their numbers where they have no names.
    package static func names(of path: String) -> (user: String, group: String) {
        var information = stat()
        guard (try? pathCall("stat", path, { stat($0, &information) })) != nil else { return ("", "") }
        return (userName(information.st_uid), groupName(information.st_gid))
    }

    /// Room for the longest line of /etc/passwd or /etc/group that anybody has.
    private static let lineBytesMax = 64 << 10

    private static func userName(_ number: uid_t) -> String {
        var entry = passwd()
        var result: UnsafeMutablePointer<passwd>?
        var room = [CChar](repeating: 0, count: lineBytesMax)
        guard getpwuid_r(number, &entry, &room, room.count, &result) == 0, result != nil else { return "\(number)" }
        return String(cString: entry.pw_name)
    }

    private static func groupName(_ number: gid_t) -> String {
        var entry = group()
        var result: UnsafeMutablePointer<group>?
        var room = [CChar](repeating: 0, count: lineBytesMax)
        guard getgrgid_r(number, &entry, &room, room.count, &result) == 0, result != nil else { return "\(number)" }
        return String(cString: entry.gr_name)
    }
}
