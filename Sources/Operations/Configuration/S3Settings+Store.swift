internal import Platform
package import Storage

extension S3Settings {
    /// A file with a secret has one line.
    private static let secretBytesMax = 4096

    /// Everything an `S3Store` is told, with the gaps filled from the environment and from what is known of the server.
    ///
    /// Reads `secret-access-key-file`, and AWS's config file when nobody names a region. Variables that count here:
    /// AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, AWS_REGION, AWS_DEFAULT_REGION, AWS_PROFILE, AWS_CA_BUNDLE, and those of
    /// the credentials (docs.aws.amazon.com/sdkref/latest/guide/environment-variables.html).
    package func configuration(
        partBytes: Int, environment: [String: String]
    ) throws(OperationError) -> S3Configuration {
        let credentials = CredentialChain.standard(
            configured: try fixedCredentials(), profile: profile, environment: environment)
        do throws(StoreError) {
            var result = try S3Configuration(
                url: location.description, endpoint: endpoint?.description ?? Self.endpoint(environment),
                region: try region(environment), credentials: credentials)
            result.addressing = addressing ?? result.addressing
            result.caFile = caFile ?? Self.value("AWS_CA_BUNDLE", environment)
            result.allowHTTP = allowsHTTP
            result.connectTimeoutSeconds = connectTimeoutSeconds
            result.stallTimeoutSeconds = stallTimeoutSeconds
            result.profile.partBytes = partBytes
            override(&result.profile)
            return result
        } catch {
            throw OperationError(error)
        }
    }

    private func override(_ profile: inout S3Profile) {
        profile.conditionalCreate = conditionalCreate ?? profile.conditionalCreate
        profile.conditionalComplete = conditionalComplete ?? profile.conditionalComplete
        profile.checksum = checksum ?? profile.checksum
        profile.equalParts = equalParts ?? profile.equalParts
        if let signsPayload { profile.payload = signsPayload ? .signed : .unsigned }
    }

    private var profile: String? {
        guard case .profile(let name) = access else { return nil }
        return name
    }

    /// Region of the configuration, else of AWS's variables and files; nil leaves it to what the server is.
    private func region(_ environment: [String: String]) throws(StoreError) -> String? {
        if let region { return region }
        return try SharedFiles(environment: environment).region(profile: profile, environment: environment)
    }

    private func fixedCredentials() throws(OperationError) -> Credentials? {
        guard case .fixed(let accessKeyID, let secret, let sessionToken) = access else { return nil }
        switch secret {
        case .text(let text):
            return Credentials(accessKeyID: accessKeyID, secretAccessKey: text, sessionToken: sessionToken)
        case .file(let path):
            let text = try PrivateFile.firstLine(of: path, limit: Self.secretBytesMax, holding: "secret access key")
            return Credentials(
                accessKeyID: accessKeyID, secretAccessKey: String(decoding: text, as: UTF8.self),
                sessionToken: sessionToken)
        }
    }

    private static func endpoint(_ environment: [String: String]) -> String? {
        value("AWS_ENDPOINT_URL_S3", environment) ?? value("AWS_ENDPOINT_URL", environment)
    }

    /// An empty variable counts as not set.
    private static func value(_ name: String, _ environment: [String: String]) -> String? {
        environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}
