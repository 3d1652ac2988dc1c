import Format

/// Between the octets of a key and its text: the checksum that finds typing errors.
enum KeyCheck {
    static func text(_ kind: KeyText.Kind, _ payload: [UInt8]) -> String {
        KeyText(kind: kind, payload: payload, checksum: checksum(kind, payload)).text
    }

    /// Parses a text that must be a key of one kind, and compares its checksum.
    static func payload(of text: Span<UInt8>, _ kind: KeyText.Kind) throws(CodecError) -> [UInt8] {
        let found = try parse(text, wanted: kind)
        guard found.kind == kind else {
            throw CodecError(
                .wrongKindOfKey, "read", kind.noun, "the text is \(found.kind.phrase)",
                hint: "\(kind == .identity ? "An" : "A") \(kind.noun) begins with \"\(kind.rawValue)\".")
        }
        return found.payload
    }

    /// Parses a key of any kind, and compares its checksum. `wanted` is for the words of the error.
    static func parse(_ text: Span<UInt8>, wanted: KeyText.Kind) throws(CodecError) -> KeyText {
        let found: KeyText
        do throws(KeyTextError) {
            found = try KeyText.parse(text)
        } catch {
            throw CodecError(.badKey, "read", wanted.noun, error.description)
        }
        guard Sodium.areEqual(found.checksum, checksum(found.kind, found.payload)) else {
            throw CodecError(
                .badKey, "read", wanted.noun, "the checksum of the \(found.kind.noun) is wrong",
                hint: "Copy the whole text again; a character is mistyped or missing.")
        }
        return found
    }

    private static func checksum(_ kind: KeyText.Kind, _ payload: [UInt8]) -> [UInt8] {
        let hash = Blake2b.hash(Array(kind.rawValue.utf8) + payload, outputByteCount: 32)
        return Array(hash.prefix(KeyText.checksumByteCount))
    }
}
