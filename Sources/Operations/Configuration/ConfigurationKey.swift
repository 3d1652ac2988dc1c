/// One key of the configuration: where it stands, what it takes, what it is when nobody says.
///
/// The table in `ConfigurationKeys` is the only list of keys: the reader, the environment's names, the messages
/// about unknown keys and the check of docs/CONFIGURATION.md all follow it.
package struct ConfigurationKey: Equatable, Sendable {
    package enum Section: String, CaseIterable, Sendable {
        case cluster, repository, wal, agent, backup, encryption

        /// Whether there are several, each with a name: `[repository.NAME]`.
        package var isNamed: Bool { self == .cluster || self == .repository }
    }

    package enum Kind: Equatable, Sendable {
        case text
        /// Text that no message ever shows and that makes a file private.
        case secret
        /// An absolute path: commands run in PostgreSQL's data directory, so a relative one would mean another file.
        case path
        case flag
        case choice([String])
        case number(ClosedRange<Int>)
        /// Bytes: an integer, or text such as "8MiB".
        case bytes(ClosedRange<Int>)
        /// Seconds: a number, or text such as "30s" or "5min".
        case seconds(ClosedRange<Double>)
        case list
        /// A list of absolute paths.
        case paths
    }

    package let section: Section
    package let name: String
    package let kind: Kind
    /// Nil when there is no fixed default; then `defaultNote` says what happens.
    package let defaultValue: ConfigurationValue?
    package let defaultNote: String?

    package init(
        _ section: Section, _ name: String, _ kind: Kind, default value: ConfigurationValue? = nil,
        note: String? = nil
    ) {
        self.section = section
        self.name = name
        self.kind = kind
        self.defaultValue = value
        self.defaultNote = note
    }

    /// The default as docs/CONFIGURATION.md writes it.
    package var documentedDefault: String { defaultNote ?? defaultValue?.text ?? "none" }

    /// What the key takes, as docs/CONFIGURATION.md writes it.
    package var documentedKind: String {
        switch kind {
        case .text: "text"
        case .secret: "text, secret"
        case .path: "absolute path"
        case .flag: "true or false"
        case .choice(let choices): choices.joined(separator: ", ")
        case .number(let range): "\(range.lowerBound) to \(range.upperBound)"
        case .bytes(let range):
            "size, \(Quantity.text(bytes: range.lowerBound)) to \(Quantity.text(bytes: range.upperBound))"
        case .seconds(let range):
            "duration, \(Quantity.text(seconds: range.lowerBound)) to \(Quantity.text(seconds: range.upperBound))"
        case .list: "list"
        case .paths: "list of absolute paths"
        }
    }

    /// `LOOKAHEAD` of `TRUNKLINE_WAL_LOOKAHEAD`.
    package var variableSuffix: String { EnvironmentNames.word(name) }

    /// The whole variable: `TRUNKLINE_WAL_LOOKAHEAD`, or with `<NAME>` in place of a cluster or repository.
    package var variable: String {
        let section = EnvironmentNames.prefix + EnvironmentNames.word(section.rawValue)
        return self.section.isNamed ? "\(section)_<NAME>_\(variableSuffix)" : "\(section)_\(variableSuffix)"
    }
}
