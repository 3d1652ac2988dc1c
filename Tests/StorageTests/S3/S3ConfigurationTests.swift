import Storage
import Stream
import Testing

@Suite struct S3ConfigurationTests {
    private func configuration(
        _ url: String = "s3://bucket/prefix", _ endpoint: String? = nil, region: String? = nil
    ) throws -> S3Configuration {
        try S3Configuration(url: url, endpoint: endpoint, region: region, credentials: StaticCredentials(nil))
    }

    @Test(arguments: [
        ("https://s3.example.net", "https://s3.example.net"), ("HTTPS://S3.Example.net/", "https://s3.example.net"),
        ("http://127.0.0.1:9000", "http://127.0.0.1:9000"), ("https://h:443", "https://h"),
        ("http://h:80/", "http://h"), ("https://[::1]:9000", "https://[::1]:9000"), ("https://[::1]", "https://[::1]"),
    ])
    func endpoints(_ text: String, _ expected: String) throws {
        #expect("\(try S3Endpoint(text))" == expected)
    }

    @Test(arguments: [
        "", "s3.example.net", "ftp://h", "https://", "https://h/path", "https://h?q", "https://user@h", "https://h:",
        "https://h:0", "https://h:65536", "https://h:x", "https://[::1", "https://[]", "https://[g]", "https://a b",
        "https://h#", "https://[::1]9", "https://ü", "https://" + String(repeating: "h", count: 254),
    ])
    func badEndpoints(_ text: String) {
        let error = #expect(throws: StoreError.self) { try S3Endpoint(text) }
        #expect(error?.code == .misconfigured)
    }

    @Test func loopback() throws {
        for text in [
            "http://127.0.0.1", "http://127.9.9.9:1", "http://localhost", "http://[::1]:9", "http://b.localhost",
        ] {
            #expect(try S3Endpoint(text).isLoopback)
        }
        for text in ["http://128.0.0.1", "http://localhost.net", "http://127.0.0.1.net", "http://127.example.a.b"] {
            #expect(try !S3Endpoint(text).isLoopback)
        }
    }

    @Test(arguments: [
        ("s3://bucket", "bucket", ""), ("s3://bucket/", "bucket", ""), ("S3://b.c-d/p/q/", "b.c-d", "p/q"),
        ("s3://Old_Bucket/p", "Old_Bucket", "p"),
    ])
    func locations(_ url: String, _ bucket: String, _ prefix: String) throws {
        let location = try S3Location(url)
        #expect(location.bucket == bucket && location.prefix == prefix)
    }

    @Test(arguments: [
        "bucket/prefix", "s3://", "s3:///p", "s3://ab", "s3://bucket//p", "s3://bucket/../p", "s3://bucket/p?q=1",
        "s3://bu cket", "s3://-bucket", "s3://a..b", "s3://bucket/" + String(repeating: "p", count: 512),
    ])
    func badLocations(_ url: String) {
        let error = #expect(throws: StoreError.self) { try S3Location(url) }
        #expect(error?.code == .misconfigured)
    }

    @Test func aws() throws {
        let configuration = try configuration(region: "eu-west-1")
        #expect("\(configuration.endpoint)" == "https://s3.eu-west-1.amazonaws.com")
        #expect(configuration.addressing == .virtualHost)
        #expect(configuration.profile == S3Profile(payload: .unsigned))
        #expect(
            "\(try self.configuration(region: "cn-north-1").endpoint)" == "https://s3.cn-north-1.amazonaws.com.cn")
        // A dot in the bucket's name does not match the certificate's wildcard.
        #expect(try self.configuration("s3://a.bucket", region: "eu-west-1").addressing == .path)
        #expect(throws: StoreError.self) { try self.configuration() }
        #expect(throws: StoreError.self) { try self.configuration(region: "evil.example/") }
    }

    @Test func knownServers() throws {
        let cloudflare = try configuration("s3://bucket", "https://id.r2.cloudflarestorage.com")
        #expect(cloudflare.region == "auto" && cloudflare.profile.equalParts && cloudflare.profile.payload == .signed)
        let backblaze = try configuration("s3://bucket", "https://s3.us-west-004.backblazeb2.com")
        #expect(backblaze.region == "us-west-004" && !backblaze.profile.conditionalCreate)
        let own = try configuration("s3://bucket", "https://ceph.example.net")
        #expect(own.region == "us-east-1" && own.addressing == .path && own.profile.payload == .unsigned)
        #expect(own.profile.conditionalCreate && !own.profile.conditionalComplete)
        let plain = try configuration("s3://bucket", "http://127.0.0.1:9000")
        #expect(plain.profile.payload == .signed)
    }

    @Test func plainHTTPStaysOnThisMachine() throws {
        let loop = CurlLoop()
        var remote = try configuration("s3://bucket", "http://s3.example.net")
        let error = #expect(throws: StoreError.self) {
            try S3Store(configuration: remote, loop: loop, name: "offsite")
        }
        #expect(error?.code == .misconfigured && error?.hint != nil)
        remote.allowHTTP = true
        _ = try S3Store(configuration: remote, loop: loop, name: "offsite")
        let local = try configuration("s3://bucket", "http://localhost:9000")
        #expect(
            try S3Store(configuration: local, loop: loop, name: "offsite").description
                == "repository \"offsite\" (s3://bucket)")
    }

    @Test func capabilitiesComeFromTheProfile() throws {
        var configuration = try configuration("s3://bucket", "http://localhost:9000")
        configuration.profile = S3Profile(
            payload: .signed, checksum: .none, conditionalCreate: false, conditionalComplete: false, equalParts: true)
        let store = try S3Store(configuration: configuration, loop: CurlLoop(), name: "x")
        #expect(
            store.capabilities
                == Capabilities(
                    conditionalCreate: false, conditionalComplete: false, checksums: false, minimumPartBytes: 5 << 20,
                    maximumParts: 10_000, equalParts: true, singlePutBytesMax: 5 << 30))
    }

    @Test func checksums() {
        var checksum = CRC32C()
        checksum.update(Array("1234".utf8).span.bytes)
        checksum.update(Array("56789".utf8).span.bytes)
        // The check value of CRC-32C (RFC 3720, appendix B.4 uses the same polynomial).
        #expect(checksum.value == 0xE306_9283)
        #expect(CRC32C.text(of: checksum.value) == "4waSgw==")
        #expect(CRC32C.text(of: 0) == "AAAAAA==")
        #expect(CRC32C.text(of: .max) == "/////w==")
        #expect(CRC32C().value == 0)
    }
}
