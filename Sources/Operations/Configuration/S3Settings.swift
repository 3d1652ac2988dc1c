package import Storage

/// What an S3 repository's section says about its server. Nil: as the server needs it (`S3Quirks`), or as AWS's own
/// variables and files say.
package struct S3Settings: Equatable, Sendable {
    /// Where the access key comes from.
    package enum Access: Equatable, Sendable {
        case fixed(accessKeyID: String, secret: Secret, sessionToken: String?)
        /// A profile of the files that AWS's tools share.
        case profile(String)
        /// AWS's variables, then the shared files.
        case automatic
    }

    package enum Secret: Equatable, Sendable {
        case text(String)
        /// The first line of this file.
        case file(String)
    }

    package let location: S3Location
    package let endpoint: S3Endpoint?
    package let region: String?
    package let addressing: S3Configuration.Addressing?
    package let caFile: String?
    package let access: Access
    package let allowsHTTP: Bool
    package let conditionalCreate: Bool?
    package let conditionalComplete: Bool?
    package let checksum: S3Profile.Checksum?
    package let signsPayload: Bool?
    package let equalParts: Bool?
    package let connectTimeoutSeconds: Double
    package let stallTimeoutSeconds: Double

    init(_ location: S3Location, _ settings: SectionSettings, problems: inout [ConfigurationProblem]) {
        self.location = location
        endpoint = Self.endpoint(settings, &problems)
        region = settings.text("region")
        addressing = settings.text("addressing").flatMap(S3Configuration.Addressing.init)
        caFile = settings.text("ca-file")
        access = Self.access(settings, &problems)
        allowsHTTP = settings.required(settings.flag("allow-http"), "allow-http")
        conditionalCreate = settings.flag("conditional-create")
        conditionalComplete = settings.flag("conditional-complete")
        checksum = settings.text("checksum").flatMap(S3Profile.Checksum.init)
        signsPayload = settings.flag("signed-payload")
        equalParts = settings.flag("equal-parts")
        connectTimeoutSeconds = settings.required(settings.seconds("connect-timeout"), "connect-timeout")
        stallTimeoutSeconds = settings.required(settings.seconds("stall-timeout"), "stall-timeout")
    }

    private static func endpoint(
        _ settings: SectionSettings, _ problems: inout [ConfigurationProblem]
    ) -> S3Endpoint? {
        guard let url = settings.text("endpoint") else { return nil }
        let origin = settings.origin(of: "endpoint")
        do throws(StoreError) {
            let endpoint = try S3Endpoint(url)
            if endpoint.scheme == .http && !endpoint.isLoopback && settings.flag("allow-http") != true {
                problems.append(
                    ConfigurationProblem(
                        origin, "\"\(url)\" is plain http to another machine",
                        hint: "Use https, or set allow-http = true if the network between is yours."))
            }
            return endpoint
        } catch {
            let misfit = Misfit(error)
            problems.append(ConfigurationProblem(origin, misfit.message, hint: misfit.hint))
            return nil
        }
    }

    private static func access(
        _ settings: SectionSettings, _ problems: inout [ConfigurationProblem]
    ) -> Access {
        reportContradictions(settings, &problems)
        if let profile = settings.text("credentials-profile") { return .profile(profile) }
        guard let accessKeyID = settings.text("access-key-id") else { return .automatic }
        let secret = settings.text("secret-access-key").map(Secret.text)
        guard let secret = secret ?? settings.text("secret-access-key-file").map(Secret.file) else { return .automatic }
        return .fixed(accessKeyID: accessKeyID, secret: secret, sessionToken: settings.text("session-token"))
    }

    /// Keys that exclude or need one another.
    private static func reportContradictions(
        _ settings: SectionSettings, _ problems: inout [ConfigurationProblem]
    ) {
        func report(_ key: String, _ message: String) {
            problems.append(ConfigurationProblem(settings.origin(of: key), message))
        }
        let secrets = ["secret-access-key", "secret-access-key-file"].filter(settings.mentions)
        let hasID = settings.mentions("access-key-id")
        if secrets.count > 1 { report(secrets[1], "\"\(secrets[0])\" and \"\(secrets[1])\" are both set") }
        if let secret = secrets.first, !hasID { report(secret, "\"\(secret)\" is set without \"access-key-id\"") }
        if hasID && secrets.isEmpty {
            report("access-key-id", "\"access-key-id\" is set without \"secret-access-key\"")
        }
        if settings.mentions("session-token") && !hasID {
            report("session-token", "\"session-token\" is set without \"access-key-id\"")
        }
        if settings.mentions("credentials-profile") && hasID {
            report("credentials-profile", "\"credentials-profile\" and \"access-key-id\" are both set")
        }
    }
}
