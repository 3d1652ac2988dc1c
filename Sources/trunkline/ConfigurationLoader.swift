package import Operations
internal import Platform

/// Finds, reads and judges the configuration.
package enum ConfigurationLoader {
    /// - Parameter option: what `--config` says.
    package static func load(option: String?, environment: [String: String]) throws(ConfigurationError) -> Configuration
    {
        let location = ConfigurationFile.location(option: option, environment: environment)
        guard let status = try status(location) else {
            guard EnvironmentNames.describeConfiguration(environment) else { throw missing(location.path) }
            return try Configuration(entries: [], environment: environment, file: nil)
        }
        let entries = try entries(location.path)
        var problems: [ConfigurationProblem] = []
        if let problem = ConfigurationFile.permissionProblem(
            path: location.path, permissions: status.permissions, entries: entries)
        {
            problems.append(problem)
        }
        do throws(ConfigurationError) {
            let configuration = try Configuration(entries: entries, environment: environment, file: location.path)
            if problems.isEmpty { return configuration }
        } catch {
            problems += error.problems
        }
        throw ConfigurationError(file: location.path, problems: problems)
    }

    /// The cluster that a command is about.
    ///
    /// - Parameter option: what `--cluster` says.
    package static func cluster(
        of configuration: Configuration, option: String?, environment: [String: String]
    ) throws(ConfigurationError) -> ClusterConfiguration {
        // Where we are matters only when the names do not tell, and asking costs system calls.
        let isOpen = configuration.clusters.count > 1 && option == nil
        let choice = ClusterChoice(
            option: option, variable: environment[EnvironmentNames.cluster],
            directories: isOpen ? directories(environment) : [])
        return try configuration.cluster(choice) { try? FileSystem.realPath($0) }
    }

    private static func directories(_ environment: [String: String]) -> [String] {
        let variable = environment["PGDATA"].flatMap { $0.isEmpty ? nil : $0 }
        let working = try? FileSystem.currentDirectory()
        return [variable, variable.flatMap { try? FileSystem.realPath($0) }, working].compactMap { $0 }
    }

    /// Nil when there is no file and none was asked for.
    private static func status(_ location: ConfigurationFile.Location) throws(ConfigurationError) -> FileStatus? {
        do throws(PlatformError) {
            if let status = try FileSystem.status(of: location.path) { return status }
        } catch {
            throw failure(location.path, "\(error.errno)".lowercased())
        }
        guard location.mustExist else { return nil }
        throw missing(location.path)
    }

    private static func missing(_ path: String) -> ConfigurationError {
        failure(
            path, "there is no such file",
            hint: "Run \"trunkline init\" to write one, or name another with --config or \(EnvironmentNames.file).")
    }

    private static func entries(_ path: String) throws(ConfigurationError) -> [ConfigurationEntry] {
        let text: [UInt8]
        do throws(PlatformError) {
            text = try FileSystem.readWhole(path, limit: TomlDocument.byteCountMax)
        } catch {
            throw failure(path, error.errno == .fileTooLarge ? "longer than 1 MiB" : "\(error.errno)".lowercased())
        }
        do throws(ConfigurationProblem) {
            return try TomlDocument.parse(text)
        } catch {
            throw ConfigurationError(file: path, problems: [error])
        }
    }

    private static func failure(_ path: String, _ message: String, hint: String? = nil) -> ConfigurationError {
        ConfigurationError(file: path, problems: [ConfigurationProblem(.whole, message, hint: hint)])
    }
}
