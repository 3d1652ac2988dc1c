import Platform

/// Where the shared files are, and their parsed content.
package struct SharedFiles: Sendable {
    private let credentialsPath: String?
    private let configPath: String?

    /// Finds the paths: the variables win over `$HOME/.aws`.
    package init(environment: [String: String]) {
        let home = environment["HOME"].flatMap { $0.isEmpty ? nil : $0 }
        func path(_ variable: String, _ name: String) -> String? {
            if let path = environment[variable], !path.isEmpty { return path }
            return home.map { "\($0)/.aws/\(name)" }
        }
        credentialsPath = path("AWS_SHARED_CREDENTIALS_FILE", "credentials")
        configPath = path("AWS_CONFIG_FILE", "config")
    }

    /// AWS_PROFILE, or else `default`.
    package static func profile(in environment: [String: String]) -> String {
        environment["AWS_PROFILE"].flatMap { $0.isEmpty ? nil : $0 } ?? "default"
    }

    /// The region: AWS_REGION, AWS_DEFAULT_REGION, or the profile's in the config file; nil where none says.
    package func region(profile: String?, environment: [String: String]) throws(StoreError) -> String? {
        for name in ["AWS_REGION", "AWS_DEFAULT_REGION"] {
            if let region = environment[name], !region.isEmpty { return region }
        }
        for (path, section) in sections(of: profile ?? Self.profile(in: environment)) {
            if let region = try read(path)?.sections[section]?["region"], !region.isEmpty { return region }
        }
        return nil
    }

    /// The files in the order of their weight, with the section that the profile is there: in the config file all but
    /// the default's begin with the word "profile".
    func sections(of profile: String) -> [(path: String, section: String)] {
        let inConfig = profile == "default" ? profile : "profile \(profile)"
        return [(credentialsPath, profile), (configPath, inConfig)].compactMap { path, section in
            path.map { ($0, section) }
        }
    }

    /// Nil when there is no such file.
    func read(_ path: String) throws(StoreError) -> IniFile? {
        do throws(PlatformError) {
            return IniFile(try FileSystem.readWhole(path, limit: IniFile.byteCountMax))
        } catch {
            if error.errno == .noSuchFile { return nil }
            throw StoreError(
                .denied, operation: "read credentials from", object: path, cause: "\(error.errno)",
                hint: "The user that runs trunkline must be able to read this file.")
        }
    }
}
