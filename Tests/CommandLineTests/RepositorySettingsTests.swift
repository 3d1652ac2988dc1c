import Operations
import Storage
import Testing
import trunkline

@Suite struct RepositorySettingsTests {
    private func repository(_ lines: String) throws -> RepositoryConfiguration {
        let configuration = try Reading.configuration(Reading.least + "[repository.far]\n" + lines)
        return try #require(configuration.repositories.last)
    }

    private func complaints(_ lines: String) -> [String] {
        Reading.complaints(Reading.least + "[repository.far]\n" + lines).filter { !$0.hasPrefix("  ") }
    }

    @Test(arguments: [
        ("file:///a/b", "/a/b"), ("file:///a%20b/%C3%A9", "/a b/é"), ("file:///a/", "/a/"),
    ])
    func directories(_ url: String, _ path: String) throws {
        #expect(try repository("url = \"\(url)\"").location == .directory(path))
    }

    @Test(arguments: [
        "file://a/b", "file:/a", "file:///", "file:///%", "file:///%4", "file:///%zz", "file:///%00", "file:///%FF",
        "/a/b",
        "s3://", "s3://b", "s3://bucket//x", "s3://bucket/a b", "s3://bucket/../x", "s3://bucket/%20", "http://x/y", "",
    ])
    func notAddresses(_ url: String) {
        #expect(complaints("url = \"\(url)\"").count == 1, "\(complaints("url = \"\(url)\""))")
    }

    @Test(arguments: [
        ("endpoint = \"ftp://x\"", "does not begin with"), ("endpoint = \"http://x\"", "plain http"),
        ("endpoint = \"https://x/y\"", "more than a host"), ("addressing = \"paths\"", "takes one of"),
        ("secret-access-key = \"s\"", "without \"access-key-id\""), ("access-key-id = \"s\"", "without \"secret"),
        ("session-token = \"s\"", "without \"access-key-id\""), ("part-size = \"1MiB\"", "takes 5MiB to 512MiB"),
        ("part-size = \"8 apples\"", "takes a size such as"), ("parallel-parts = 65", "takes 1 to 64"),
        ("ca-file = \"ca.pem\"", "absolute path"), ("checksum = \"md5\"", "takes one of \"crc32c\", \"none\""),
        ("stall-timeout = \"0s\"", "takes 1s to 1h"),
        ("access-key-id=\"a\"\nsecret-access-key=\"b\"\ncredentials-profile=\"c\"", "are both set"),
        ("access-key-id=\"a\"\nsecret-access-key=\"b\"\nsecret-access-key-file=\"/c\"", "are both set"),
    ])
    func contradictions(_ lines: String, _ words: String) {
        let found = complaints("url = \"s3://bucket\"\n" + lines)
        #expect(found.count == 1 && found[0].contains(words), "\(found)")
    }

    @Test func whatTheStoreIsTold() throws {
        let repository = try repository(
            """
            url = "s3://bucket/prefix"
            endpoint = "http://127.0.0.1:9000"
            region = "eu-west-1"
            access-key-id = "A"
            secret-access-key = "B"
            addressing = "virtual-host"
            conditional-complete = true
            checksum = "none"
            signed-payload = false
            equal-parts = true
            part-size = "32MiB"
            connect-timeout = "3s"
            stall-timeout = 7
            ca-file = "/ca.pem"
            """)
        let settings = try #require(repository.s3)
        let told = try settings.configuration(partBytes: repository.partBytes, environment: [:])
        #expect(told.endpoint.description == "http://127.0.0.1:9000")
        #expect(told.location.description == "s3://bucket/prefix")
        #expect(told.region == "eu-west-1")
        #expect(told.addressing == .virtualHost)
        #expect(told.caFile == "/ca.pem")
        #expect(told.connectTimeoutSeconds == 3)
        #expect(told.stallTimeoutSeconds == 7)
        #expect(
            told.profile
                == S3Profile(
                    payload: .unsigned, checksum: .none, conditionalCreate: true, conditionalComplete: true,
                    equalParts: true, partBytes: 32 << 20))
        var seen: [String] = []
        #expect(
            try told.credentials.credentials(seen: &seen) == Credentials(accessKeyID: "A", secretAccessKey: "B"))
    }

    @Test func awsVariablesFillTheGaps() throws {
        let settings = try #require(try repository("url = \"s3://bucket\"").s3)
        let environment = [
            "AWS_REGION": "eu-central-1", "AWS_CA_BUNDLE": "/bundle", "AWS_ACCESS_KEY_ID": "I",
            "AWS_SECRET_ACCESS_KEY": "S",
        ]
        let told = try settings.configuration(partBytes: 16 << 20, environment: environment)
        #expect(told.endpoint.description == "https://s3.eu-central-1.amazonaws.com")
        #expect(told.caFile == "/bundle")
        let elsewhere = environment.merging(["AWS_ENDPOINT_URL": "https://s3.example.net"]) { $1 }
        #expect(
            try settings.configuration(partBytes: 16 << 20, environment: elsewhere).endpoint.host == "s3.example.net")
        #expect(throws: OperationError.self) { try settings.configuration(partBytes: 16 << 20, environment: [:]) }
    }
}
