package import Codec
internal import Platform

/// Where a passphrase comes from.
package enum Passphrase: Equatable, Sendable {
    /// The first line of a file.
    case file(String)
    /// The person at the terminal; asked twice for a new one.
    case terminal

    /// The passphrase that opens something.
    package func read() throws(OperationError) -> SecretBytes {
        switch self {
        case .file(let path): try Self.line(of: path)
        case .terminal: try Self.ask("Passphrase: ")
        }
    }

    /// A passphrase to be; on a terminal a mistyped one would lock its owner out.
    package func choose() throws(OperationError) -> SecretBytes {
        guard self == .terminal else { return try read() }
        let first = try Self.ask("New passphrase: ")
        let second = try Self.ask("The same again: ")
        guard first.isEqual(to: second) else {
            throw OperationError(
                .badKey, operation: "read passphrase from", object: "/dev/tty", cause: "the two are not the same")
        }
        return first
    }

    private static func line(of path: String) throws(OperationError) -> SecretBytes {
        var line = try PrivateFile.firstLine(of: path, limit: Terminal.passphraseBytesMax, holding: "passphrase")
        return SecretBytes(wiping: &line)
    }

    private static func ask(_ prompt: String) throws(OperationError) -> SecretBytes {
        var line: [UInt8]
        do throws(PlatformError) {
            line = try Terminal.readPassphrase(prompt: prompt)
        } catch {
            let noTerminal = error.errno == .noSuchDevice || error.errno == .noSuchFile
            throw OperationError(
                noTerminal ? .noSuchFile : OperationError(error).code, operation: "read passphrase from",
                object: "/dev/tty", cause: noTerminal ? "there is no terminal" : "\(error.errno)".lowercased(),
                hint: noTerminal ? "Put the passphrase into a file, and name it with --passphrase-file." : nil)
        }
        guard !line.isEmpty else {
            throw OperationError(
                .badKey, operation: "read passphrase from", object: "/dev/tty", cause: "the passphrase is empty")
        }
        return SecretBytes(wiping: &line)
    }
}

extension SecretBytes {
    /// Compares in a time that depends on the lengths alone.
    fileprivate func isEqual(to other: SecretBytes) -> Bool {
        withSpan { mine in
            other.withSpan { theirs in
                guard mine.count == theirs.count else { return false }
                var difference: UInt8 = 0
                for index in mine.indices { difference |= mine[index] ^ theirs[index] }
                return difference == 0
            }
        }
    }
}
