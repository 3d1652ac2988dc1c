import Platform

/// A profile of the files that AWS's tools share: `~/.aws/credentials` and `~/.aws/config`, or what
/// AWS_SHARED_CREDENTIALS_FILE and AWS_CONFIG_FILE name
/// (https://docs.aws.amazon.com/sdkref/latest/guide/file-location.html).
///
/// The files are read at the first request and again after the server refused what they said, since other programs
/// write fresh session tokens into them.
package final class SharedCredentials: CredentialSource {
    private let profile: String
    private let files: SharedFiles
    private let remembered = Gate<Credentials?>(nil)

    /// `profile` nil: AWS_PROFILE, or else `default`.
    package init(profile: String?, environment: [String: String]) {
        self.files = SharedFiles(environment: environment)
        self.profile = profile ?? SharedFiles.profile(in: environment)
    }

    package var description: String { "profile \"\(profile)\"" }

    package func credentials(seen: inout [String]) throws(StoreError) -> Credentials? {
        if let known = remembered.withLock({ $0 }) { return known }
        let found = try search(&seen)
        remembered.withLock { $0 = found }
        return found
    }

    package func forget(_ refused: Credentials) -> Bool {
        remembered.withLock { if $0 == refused { $0 = nil } }
        return true
    }

    private func search(_ seen: inout [String]) throws(StoreError) -> Credentials? {
        // The credentials file wins where both have the profile.
        for (path, section) in files.sections(of: profile) {
            guard let file = try files.read(path) else {
                seen.append("there is no \"\(path)\"")
                continue
            }
            guard let values = file.sections[section] else {
                seen.append("\"\(path)\" has no section [\(section)]")
                continue
            }
            if let key = values["aws_access_key_id"], let secret = values["aws_secret_access_key"] {
                return Credentials(
                    accessKeyID: key, secretAccessKey: secret, sessionToken: values["aws_session_token"])
            }
            seen.append("[\(section)] of \"\(path)\" \(Self.complaint(values))")
        }
        if files.sections(of: profile).isEmpty { seen.append("HOME is not set, so there are no shared files") }
        return nil
    }

    /// What a section without a key pair holds instead.
    private static func complaint(_ values: [String: String]) -> String {
        let others = ["credential_process", "role_arn", "sso_session", "sso_start_url", "web_identity_token_file"]
        if let other = others.first(where: { values[$0] != nil }) { return "uses \(other), which is not supported" }
        return "has no aws_access_key_id and aws_secret_access_key"
    }
}
