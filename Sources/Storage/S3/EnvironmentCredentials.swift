/// AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN
/// (https://docs.aws.amazon.com/sdkref/latest/guide/environment-variables.html). An empty variable counts as unset.
package struct EnvironmentCredentials: CredentialSource {
    package let description = "environment"
    private let environment: [String: String]

    /// From the variables of a process.
    package init(_ environment: [String: String]) { self.environment = environment }

    package func credentials(seen: inout [String]) throws(StoreError) -> Credentials? {
        let key = value("AWS_ACCESS_KEY_ID")
        let secret = value("AWS_SECRET_ACCESS_KEY")
        switch (key, secret) {
        case (let key?, let secret?):
            return Credentials(accessKeyID: key, secretAccessKey: secret, sessionToken: value("AWS_SESSION_TOKEN"))
        case (_?, nil): seen.append("AWS_ACCESS_KEY_ID is set without AWS_SECRET_ACCESS_KEY")
        case (nil, _?): seen.append("AWS_SECRET_ACCESS_KEY is set without AWS_ACCESS_KEY_ID")
        case (nil, nil): seen.append("AWS_ACCESS_KEY_ID is not set")
        }
        return nil
    }

    package func forget(_ refused: Credentials) -> Bool { false }

    private func value(_ name: String) -> String? {
        environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}
