import Format
import Platform
import Storage
import Synchronization
import TestSupport
import Testing

/// A running S3 server that the environment names, with an existing bucket:
///
///     TRUNKLINE_TEST_S3_ENDPOINT     https://host:port
///     TRUNKLINE_TEST_S3_ACCESS_KEY
///     TRUNKLINE_TEST_S3_SECRET_KEY
///     TRUNKLINE_TEST_S3_BUCKET
///     TRUNKLINE_TEST_S3_REGION       where it is not us-east-1
///     TRUNKLINE_TEST_S3_CONDITIONAL  what the server decides atomically: create, complete, both or none;
///                                    without it, what the table of known servers says
///     TRUNKLINE_TEST_S3_ADDRESSING   path or virtual-host, likewise
///     TRUNKLINE_TEST_S3_PAYLOAD      signed or unsigned, likewise
///     TRUNKLINE_TEST_S3_RACES        no for a server that fails under writers that race for one key
///     TRUNKLINE_TEST_S3_UNSIGNED     set for a server that accepts any signature
///     TRUNKLINE_TEST_S3_CA_FILE      for a server with a certificate of its own
struct RealServer: Sendable {
    let endpoint: String
    let bucket: String
    private let credentials: Credentials
    private let variable: @Sendable (String) -> String?
    private let run = Entropy.bytes(6).map { String($0, radix: 16) }.joined()
    private static let count = Atomic(0)

    /// Nil where the variables are not set.
    init?(_ environment: [String: String] = Process.environment) {
        let variable: @Sendable (String) -> String? = { environment["TRUNKLINE_TEST_S3_\($0)"] }
        guard let endpoint = variable("ENDPOINT"), let bucket = variable("BUCKET"), let key = variable("ACCESS_KEY"),
            let secret = variable("SECRET_KEY")
        else { return nil }
        self.endpoint = endpoint
        self.bucket = bucket
        self.variable = variable
        credentials = Credentials(accessKeyID: key, secretAccessKey: secret)
    }

    static var isConfigured: Bool { RealServer() != nil }

    var checksSignatures: Bool { variable("UNSIGNED") == nil }

    var bearsRaces: Bool { variable("RACES") != "no" }

    /// For a prefix that nobody used before.
    func configuration(credentials: Credentials? = nil, bucket: String? = nil) throws -> S3Configuration {
        let number = Self.count.add(1, ordering: .relaxed).newValue
        var configuration = try S3Configuration(
            url: "s3://\(bucket ?? self.bucket)/trunkline-test/\(run)/\(number)", endpoint: endpoint,
            region: variable("REGION"), credentials: StaticCredentials(credentials ?? self.credentials))
        configuration.caFile = variable("CA_FILE")
        if let style = variable("ADDRESSING") {
            configuration.addressing = try #require(S3Configuration.Addressing(rawValue: style))
        }
        if let payload = variable("PAYLOAD") {
            configuration.profile.payload = try #require(S3Profile.Payload(rawValue: payload))
        }
        if let conditional = variable("CONDITIONAL") {
            configuration.profile.conditionalCreate = ["create", "both"].contains(conditional)
            configuration.profile.conditionalComplete = ["complete", "both"].contains(conditional)
        }
        return configuration
    }

    func store(_ loop: CurlLoop) throws -> S3Store {
        try S3Store(configuration: try configuration(), loop: loop, name: "test")
    }
}
