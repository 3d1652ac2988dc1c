internal import CLinux
internal import Glibc

/// The address of a local socket (unix(7)).
struct LocalAddress {
    private var address = sockaddr_un()
    private let byteCount: socklen_t
    /// As it was given, for error messages.
    let path: String

    /// What `sun_path` holds beside the terminating zero.
    static let pathByteCountMax = 107

    /// ENAMETOOLONG for a path of more than `pathByteCountMax` octets, EINVAL for an empty one or one with a zero in
    /// it.
    init(path: String, for operation: String) throws(PlatformError) {
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw PlatformError(operation: operation, object: path, errno: .invalidArgument)
        }
        try self.init(name: Array(path.utf8), path: path, for: operation)
    }

    /// A name that begins with `@` belongs to no file (abstract sockets, as systemd writes them).
    init(pathOrAbstract path: String, for operation: String) throws(PlatformError) {
        guard path.hasPrefix("@") else {
            try self.init(path: path, for: operation)
            return
        }
        try self.init(name: [0] + path.utf8.dropFirst(), path: path, for: operation)
    }

    private init(name: [UInt8], path: String, for operation: String) throws(PlatformError) {
        guard name.count <= Self.pathByteCountMax else {
            throw PlatformError(operation: operation, object: path, errno: .nameTooLong)
        }
        self.path = path
        // The kernel measures a name without a file by the length, and ends others at the zero that is there.
        byteCount = socklen_t((MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2) + name.count)
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
    }

    /// The path that a socket is bound to; nil when it is no local socket.
    static func path(of number: Int32) throws(Errno) -> String? {
        var address = sockaddr_un()
        var length = socklen_t(MemoryLayout<sockaddr_un>.size)
        _ = try systemCall("getsockname") {
            withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(number, $0, &length) }
            }
        }
        guard address.sun_family == sa_family_t(AF_UNIX) else { return nil }
        return withUnsafeBytes(of: address.sun_path) { octets in
            let name = octets.first == 0 ? octets.dropFirst() : octets[...]
            let text = String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
            return octets.first == 0 && !text.isEmpty ? "@\(text)" : text
        }
    }

    /// Lends the address to connect(2), bind(2), sendto(2).
    func lend<R>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
        withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, byteCount) }
        }
    }

    /// A new socket that blocks nobody and is not inherited. `kind`: LINUX_SOCK_STREAM or LINUX_SOCK_DGRAM.
    func socket(_ kind: Int32) throws(PlatformError) -> Descriptor {
        let number = try systemCall("socket", on: path) { Glibc.socket(AF_UNIX, kind | LINUX_SOCK_FLAGS, 0) }
        return Descriptor(number: number, path: path)
    }
}
