/// Which file holds the configuration, and who may read it.
package enum ConfigurationFile {
    package static let defaultPath = "/etc/trunkline/trunkline.toml"

    /// A file that was asked for must exist; the default one need not, when the environment says everything.
    package struct Location: Equatable, Sendable {
        package let path: String
        package let mustExist: Bool
    }

    /// `--config`, else TRUNKLINE_CONFIG, else the default.
    package static func location(option: String?, environment: [String: String]) -> Location {
        if let option { return Location(path: option, mustExist: true) }
        if let variable = environment[EnvironmentNames.file], !variable.isEmpty {
            return Location(path: variable, mustExist: true)
        }
        return Location(path: defaultPath, mustExist: false)
    }

    /// What is wrong with the file's permissions, or nil.
    ///
    /// Whoever may write it decides where the data goes, and whoever may read its secrets has the repositories. The
    /// group may read: packages commonly give such a file to root and the server's group.
    package static func permissionProblem(
        path: String, permissions: UInt16, entries: [ConfigurationEntry]
    ) -> ConfigurationProblem? {
        if permissions & 0o002 != 0 {
            return ConfigurationProblem(
                .whole, "everybody may change this file (mode \(octal(permissions)))",
                hint: "Run: chmod o-w '\(path)'")
        }
        guard permissions & 0o004 != 0, let secret = entries.first(where: isSecret) else { return nil }
        return ConfigurationProblem(
            .line(secret.line),
            "\"\(secret.path.last ?? "")\" is a secret, and everybody may read this file (mode \(octal(permissions)))",
            hint: "Run: chmod o= '\(path)'")
    }

    private static func isSecret(_ entry: ConfigurationEntry) -> Bool {
        ConfigurationKeys.all.contains {
            $0.kind == .secret && entry.path.first == $0.section.rawValue && entry.path.last == $0.name
        }
    }

    private static func octal(_ permissions: UInt16) -> String {
        let digits = String(permissions & 0o7777, radix: 8)
        return String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
    }
}
