import Format

/// The identities of one file, some of them perhaps locked.
package struct IdentityFile: Sendable {
    package enum Entry: Sendable {
        case open(Identity)
        case locked(LockedIdentity)
    }

    package let entries: [Entry]

    package init(_ entries: [Entry]) { self.entries = entries }

    /// Reads a file (`KeyFile`): at least one identity, and nothing else. The error names the line of the first fault.
    package static func parse(_ file: Span<UInt8>) throws(CodecError) -> IdentityFile {
        let lines = try KeyFile.keyLines(of: file, .identity)
        guard !lines.isEmpty else { throw KeyFile.error(.identity, "the file holds no identity") }
        var entries: [Entry] = []
        for line in lines {
            do throws(CodecError) {
                entries.append(try entry(file.extracting(line)))
            } catch {
                let number = lineNumber(of: line.lowerBound, in: file)
                throw CodecError(
                    error.code, "read", "identity file", "line \(number): \(error.cause)", hint: error.hint)
            }
        }
        return IdentityFile(entries)
    }

    /// The text of the file, to be written where only its owner may read it. Comments say whose identities these are.
    package func print(comments: [String] = []) -> [UInt8] {
        let recipients = entries.compactMap { entry in
            if case .open(let identity) = entry { "recipient: \(identity.recipient.text)" } else { nil }
        }
        let texts = entries.map { entry in
            switch entry {
            case .open(let identity): identity.secretText
            case .locked(let locked): locked.text
            }
        }
        return KeyFile.print(comments: comments + recipients, secretTexts: texts)
    }

    /// All identities, locked ones unlocked with the passphrase that `passphrase` is asked for at most once.
    package func identities(
        passphrase: () throws(CodecError) -> SecretBytes
    ) throws(CodecError) -> [Identity] {
        var secret: SecretBytes?
        var identities: [Identity] = []
        for entry in entries {
            switch entry {
            case .open(let identity): identities.append(identity)
            case .locked(let locked):
                let known = if let secret { secret } else { try passphrase() }
                secret = known
                identities.append(
                    try known.withSpan { (span) throws(CodecError) in try locked.unlock(passphrase: span) })
            }
        }
        return identities
    }

    private static func entry(_ text: Span<UInt8>) throws(CodecError) -> Entry {
        switch try KeyCheck.parse(text, wanted: .identity).kind {
        case .lockedIdentity: .locked(try LockedIdentity(text: text))
        default: .open(try Identity(text: text))
        }
    }

    private static func lineNumber(of offset: Int, in file: Span<UInt8>) -> Int {
        var number = 1
        for index in 0..<offset where file[index] == UInt8(ascii: "\n") { number += 1 }
        return number
    }
}
