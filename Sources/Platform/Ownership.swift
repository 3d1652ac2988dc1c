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
