import Platform
import Storage
import Testing

@Suite struct SignerTests {
    @Test(arguments: try SignatureVector.read("suite"))
    func testSuite(_ vector: SignatureVector) throws { try check(vector) }

    @Test(arguments: try SignatureVector.read("s3-documentation"))
    func documentation(_ vector: SignatureVector) throws { try check(vector) }

    @Test func vectorsAreThere() throws {
        #expect(try SignatureVector.read("suite").count == 15)
        #expect(try SignatureVector.read("s3-documentation").count == 4)
    }

    private func check(_ vector: SignatureVector) throws {
        let request = CanonicalRequest(
            method: vector.method, path: PercentEncoding.encode(vector.path, slash: .kept), query: vector.query,
            headers: vector.headers, payloadHash: vector.payloadHash)
        let signer = Signer(credentials: vector.credentials, region: "us-east-1", service: vector.service)
        let authorization = signer.authorization(request, time: vector.time)
        #expect(authorization.hasSuffix("Signature=\(vector.signature)"), "\(vector.name): \(request.text)")
    }

    @Test func authorizationNamesItsParts() throws {
        let vector = try #require(try SignatureVector.read("s3-documentation").first)
        let request = CanonicalRequest(
            method: vector.method, path: vector.path, query: vector.query, headers: vector.headers,
            payloadHash: vector.payloadHash)
        let signer = Signer(credentials: vector.credentials, region: "us-east-1")
        #expect(
            signer.authorization(request, time: vector.time)
                == "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
                + "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, "
                + "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")
    }

    @Test func credentialsAreNotPrinted() {
        let credentials = Credentials(accessKeyID: "key", secretAccessKey: "hidden", sessionToken: "concealed")
        var dumped = ""
        dump(credentials, to: &dumped)
        for text in ["\(credentials)", String(reflecting: credentials), dumped, "\(Optional(credentials) as Any)"] {
            #expect(!text.contains("hidden") && !text.contains("concealed"))
        }
    }

    @Test(arguments: [
        ("a b", "a%20b"), ("a+b", "a%2Bb"), ("a/b", "a%2Fb"), ("ü", "%C3%BC"), ("~-._", "~-._"), ("%", "%25"),
    ])
    func percentEncoding(_ plain: String, _ encoded: String) {
        #expect(PercentEncoding.encode(plain, slash: .encoded) == encoded)
        #expect(PercentEncoding.decode(encoded) == plain)
    }

    @Test func percentDecoding() {
        #expect(PercentEncoding.encode("a/b", slash: .kept) == "a/b")
        #expect(PercentEncoding.decode("a+b%2bc") == "a b+c")
        for broken in ["%", "%2", "%zz", "%ff", "a%"] { #expect(PercentEncoding.decode(broken) == nil) }
    }
}
