/// How keys of the configuration are spelt as environment variables.
///
/// The words of the key in capitals, joined by underscores, after `TRUNKLINE_`: `[wal] push-deadline` is
/// `TRUNKLINE_WAL_PUSH_DEADLINE`, `[repository.off-site] url` is `TRUNKLINE_REPOSITORY_OFF_SITE_URL`. Hyphens and dots
/// of a name become underscores too. A name that the file does not know makes a new section, in small letters and
/// with hyphens. A variable that is empty counts as not set.
package enum EnvironmentNames {
    package static let prefix = "TRUNKLINE_"
    /// The configuration file itself.
    package static let file = "TRUNKLINE_CONFIG"
    /// The cluster to work on, as `--cluster` says it.
    package static let cluster = "TRUNKLINE_CLUSTER"

    static let globals = [file, cluster]

    /// Whether any variable belongs to a section, so that the environment may stand in for a file.
    package static func describeConfiguration(_ environment: [String: String]) -> Bool {
        let prefixes = ConfigurationKey.Section.allCases.map { prefix + word($0.rawValue) + "_" }
        return environment.contains { variable in
            !variable.value.isEmpty && prefixes.contains { variable.key.hasPrefix($0) }
        }
    }

    /// `ca-file` as `CA_FILE`.
    static func word(_ name: String) -> String {
        String(String.UnicodeScalarView(name.uppercased().unicodeScalars.map { $0 == "-" || $0 == "." ? "_" : $0 }))
    }

    /// `OFF_SITE` as `off-site`.
    static func name(_ word: Substring) -> String {
        String(String.UnicodeScalarView(word.lowercased().unicodeScalars.map { $0 == "_" ? "-" : $0 }))
    }
}
