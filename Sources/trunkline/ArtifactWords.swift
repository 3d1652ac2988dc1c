internal import Format
internal import Operations

/// What the commands about artifacts read and print alike.
enum ArtifactWords {
    static func name(_ text: String, _ invocation: Invocation) throws(CommandFailure) -> ArtifactName {
        guard let name = ArtifactName(text) else {
            throw usage(
                invocation, "\"\(text)\" is not a name for an artifact",
                hint: "Names have up to \(ArtifactName.byteCountMax) letters, digits, dots, hyphens and underscores, "
                    + "with slashes between parts that begin with a letter or digit.")
        }
        return name
    }

    static func usage(_ invocation: Invocation, _ message: String, hint: String? = nil) -> CommandFailure {
        .usage(UsageError(problems: [UsageError.Problem(message: message, hint: hint)], verb: invocation.verb))
    }

    /// Two lines: which version it is, and how long.
    static func text(of record: ArtifactRecord) -> String {
        "artifact \(record.name) \(record.version)\n"
            + "\(ByteText.text(record.byteCount)), stored in \(ByteText.text(record.storedByteCount))\n"
    }

    static func members(of record: ArtifactRecord) -> [(name: String, value: JSONText)] {
        [
            ("name", .string("\(record.name)")), ("id", .string("\(record.version)")),
            ("created", .string(record.created)),
            ("contentType", record.contentType.map { .string("\($0)") } ?? .null),
            ("bytes", .number(Int64(clamping: record.byteCount))),
            ("storedBytes", .number(Int64(clamping: record.storedByteCount))),
        ]
    }
}
