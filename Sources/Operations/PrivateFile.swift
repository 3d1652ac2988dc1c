internal import Platform

/// Files with secrets in them: read only when nobody else can, made so that nobody else can.
package enum PrivateFile {
    /// Who besides the owner may be let in.
    package enum Privacy: Sendable {
        /// Nobody: identities, signing keys, digest keys, passphrases.
        case owner
        /// The file's group: credentials that packages and containers hand to a service through its group.
        case group
    }

    /// Nothing for anybody but the owner.
    private static let permissions: UInt16 = 0o600

    /// The content of `path`. Whoever takes it wipes it.
    ///
    /// - Parameters:
    ///   - limit: bytes; more is an error.
    ///   - noun: what the file should hold, for messages: "identity".
    package static func read(
        _ path: String, limit: Int, holding noun: String, privacy: Privacy = .owner
    ) throws(OperationError) -> [UInt8] {
        let operation = "read \(noun) from"
        let content: [UInt8]
        let status: FileStatus?
        do throws(PlatformError) {
            status = try FileSystem.status(of: path)
            content = status?.kind == .regular ? try FileSystem.readWhole(path, limit: limit) : []
        } catch {
            guard error.errno == .fileTooLarge else { throw OperationError(error, doing: operation) }
            throw OperationError(
                .badKey, operation: operation, object: path, cause: "more than \(limit) bytes cannot be such a file")
        }
        guard let status else {
            throw OperationError(.noSuchFile, operation: operation, object: path, cause: "there is no such file")
        }
        guard status.kind == .regular else {
            throw OperationError(.badKey, operation: operation, object: path, cause: "this is not a regular file")
        }
        try check(status, path, operation, privacy)
        return content
    }

    /// Overwrites what was read.
    static func wipe(_ octets: inout [UInt8]) {
        for index in octets.indices { octets[index] = 0 }
    }

    /// The first line of `path` without its end, for secrets that are kept as plain text.
    package static func firstLine(
        of path: String, limit: Int, holding noun: String, privacy: Privacy = .owner
    ) throws(OperationError) -> [UInt8] {
        let content = try read(path, limit: limit, holding: noun, privacy: privacy)
        var line = content.prefix { $0 != UInt8(ascii: "\n") }
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        guard !line.isEmpty else {
            throw OperationError(
                .badKey, operation: "read \(noun) from", object: path, cause: "the first line is empty")
        }
        return Array(line)
    }

    /// Makes the file, durable, with its owner alone let in. A file that exists is left as it is, and is an error.
    ///
    /// The directory must exist.
    package static func create(
        _ path: String, _ content: [UInt8], holding noun: String
    ) throws(OperationError) {
        let operation = "write \(noun) to"
        let name = path.split(separator: "/", omittingEmptySubsequences: false).last.map(String.init) ?? ""
        do throws(PlatformError) {
            var file = try AtomicFile(
                directory: FileSystem.parent(of: path) ?? ".", name: name, permissions: permissions)
            try file.write(octets: content)
            if try file.commit(overwrite: .never) { return }
        } catch {
            throw OperationError(
                OperationError(error).code, operation: operation, object: path, cause: "\(error.errno)".lowercased())
        }
        throw exists(path, holding: noun)
    }

    /// Why a file with a secret is not written.
    static func exists(_ path: String, holding noun: String) -> OperationError {
        OperationError(
            .exists, operation: "write \(noun) to", object: path, cause: "the file exists, and is not overwritten",
            hint: "Whoever loses an identity loses what is sealed to it: choose another name, or move the file away.")
    }

    private static func check(
        _ status: FileStatus, _ path: String, _ operation: String, _ privacy: Privacy
    ) throws(OperationError) {
        let (forbidden, others, cure): (UInt16, String, String) =
            switch privacy {
            case .owner: (0o077, "group or others", "go=")
            case .group: (0o007, "others", "o=")
            }
        guard status.permissions & forbidden != 0 else { return }
        let mode = String(status.permissions & 0o777, radix: 8)
        throw OperationError(
            .exposed, operation: operation, object: path, cause: "\(others) may use this file (mode 0\(mode))",
            hint: "It holds a secret: run chmod \(cure) '\(path)'.")
    }
}
