internal import Format

/// Which of the configured clusters a command is about.
package struct ClusterChoice: Equatable, Sendable {
    /// What `--cluster` says.
    package let option: String?
    /// What TRUNKLINE_CLUSTER says; empty counts as not set.
    package let variable: String?
    /// $PGDATA, and then the working directory, as they are and with symbolic links resolved.
    package let directories: [String]

    package init(option: String?, variable: String?, directories: [String]) {
        self.option = option
        self.variable = variable.flatMap { $0.isEmpty ? nil : $0 }
        self.directories = directories
    }
}

extension Configuration {
    /// The named one, else the only one, else the one whose data directory `choice` stands in.
    ///
    /// `resolve` gives the real path of a configured data directory, or nil; it is asked only when names do not tell.
    package func cluster(
        _ choice: ClusterChoice, resolve: (String) -> String? = { $0 }
    ) throws(ConfigurationError) -> ClusterConfiguration {
        if let name = choice.option ?? choice.variable { return try named(name, isOption: choice.option != nil) }
        if clusters.count == 1 { return clusters[0] }
        for directory in choice.directories {
            let home = clusters.first { cluster in
                guard let data = cluster.dataDirectory else { return false }
                return Self.same(data, directory) || resolve(data).map { Self.same($0, directory) } ?? false
            }
            if let home { return home }
        }
        let names = clusters.map { "\"\($0.name)\"" }.joined(separator: ", ")
        throw ConfigurationError(
            file: file,
            problems: [
                ConfigurationProblem(
                    .whole, "which cluster: \(names)? none of them has its \"pgdata\" here",
                    hint: "Say --cluster NAME, or run the command in the data directory.")
            ])
    }

    private func named(_ name: String, isOption: Bool) throws(ConfigurationError) -> ClusterConfiguration {
        if let found = clusters.first(where: { $0.name.text == name }) { return found }
        let source = isOption ? "--cluster" : EnvironmentNames.cluster
        let names = clusters.map(\.name.text)
        let known = "The file has " + names.map { "\"\($0)\"" }.joined(separator: ", ") + "."
        throw ConfigurationError(
            file: file,
            problems: [
                ConfigurationProblem(
                    .whole, "there is no cluster \"\(name)\", which \(source) names",
                    hint: Spelling.hint(for: name, among: names) ?? known)
            ])
    }

    /// Paths that differ only in slashes at the end are the same.
    private static func same(_ left: String, _ right: String) -> Bool {
        func trimmed(_ path: String) -> Substring {
            let end = path.lastIndex { $0 != "/" }
            return end.map { path[...$0] } ?? path[...]
        }
        return trimmed(left) == trimmed(right)
    }
}
