import Storage
import Testing

@Suite struct S3AnswerTests {
    private func answer(_ status: Int, _ code: String?, _ headers: [(String, String)] = [], extra: String = "")
        -> S3Answer
    {
        let body = code.map { "<Error><Code>\($0)</Code><Message>Some words.</Message>\(extra)</Error>" } ?? ""
        return S3Answer(status: status, headers: HTTPHeaders(headers), document: S3ErrorDocument(Array(body.utf8)))
    }

    private func failure(_ answer: S3Answer) -> StoreError { answer.failure(.create, "key", region: "us-east-1") }

    @Test(
        arguments: [
            (403, "SignatureDoesNotMatch", StoreError.Code.denied), (403, "InvalidAccessKeyId", .denied),
            (403, "AccessDenied", .denied), (403, nil, .denied), (401, nil, .denied), (400, "ExpiredToken", .denied),
            (403, "RequestTimeTooSkewed", .denied),
            (301, "PermanentRedirect", .misconfigured), (301, nil, .misconfigured), (307, nil, .misconfigured),
            (400, "AuthorizationHeaderMalformed", .misconfigured), (404, "NoSuchBucket", .misconfigured),
            (503, "SlowDown", .throttled), (503, nil, .throttled), (429, nil, .throttled),
            (409, "ConditionalRequestConflict", .throttled), (409, "OperationAborted", .throttled),
            (500, "InternalError", .serverFault), (502, nil, .serverFault), (504, nil, .serverFault),
            (404, nil, .serverFault), (499, nil, .serverFault), (200, "InternalError", .serverFault),
            (200, "SlowDown", .throttled), (302, nil, .serverFault), (0, nil, .serverFault),
            (400, "RequestTimeout", .timedOut), (408, nil, .timedOut), (400, "IncompleteBody", .unreachable),
            (400, "BadDigest", .damaged), (400, "XAmzContentSHA256Mismatch", .damaged),
            (400, "InvalidDigest", .damaged),
            (400, "EntityTooLarge", .tooLarge), (413, nil, .tooLarge), (400, "InvalidPart", .refused),
            (404, "NoSuchUpload", .refused), (400, "SomethingNew", .refused), (405, "MethodNotAllowed", .refused),
            (501, "NotImplemented", .refused), (403, "QuotaExceeded", .full), (507, nil, .full),
        ] as [(Int, String?, StoreError.Code)])
    func classification(_ status: Int, _ code: String?, _ expected: StoreError.Code) {
        let error = failure(answer(status, code))
        #expect(error.code == expected)
        #expect(error.cause.contains("\(status)"))
        if let code { #expect(error.cause == "the server answered \(status) \(code): Some words") }
    }

    @Test func missingIsSaidByTheDocumentAlone() {
        #expect(answer(404, "NoSuchKey").saysNoSuchKey)
        for other in [
            answer(404, nil), answer(404, "NoSuchBucket"), answer(403, "NoSuchKey"), answer(200, "NoSuchKey"),
        ] {
            #expect(!other.saysNoSuchKey)
        }
    }

    @Test func rightRegionIsNamed() {
        let byHeader = failure(answer(301, nil, [("X-Amz-Bucket-Region", "eu-west-3")]))
        #expect(byHeader.hint?.contains("\"eu-west-3\", not \"us-east-1\"") == true)
        let byDocument = failure(
            answer(400, "AuthorizationHeaderMalformed", extra: "<Region>eu-west-3</Region>"))
        #expect(byDocument.hint?.contains("\"eu-west-3\"") == true)
        let endpoint = failure(answer(301, "PermanentRedirect", extra: "<Endpoint>b.s3.example</Endpoint>"))
        #expect(endpoint.hint?.contains("\"b.s3.example\"") == true)
    }

    @Test(
        arguments: [
            ("7", 7.0), ("0", 0), ("999999", 3600), ("Sun, 06 Nov 1994 08:50:07 GMT", 30),
            ("Sun, 06 Nov 1994 08:00:00 GMT", 0), ("-1", nil), ("soon", nil), ("", nil),
        ] as [(String, Double?)])
    func retryAfter(_ text: String, _ seconds: Double?) {
        let headers = [("Retry-After", text), ("Date", "Sun, 06 Nov 1994 08:49:37 GMT")]
        #expect(failure(answer(503, "SlowDown", headers)).retryAfterSeconds == seconds)
    }

    @Test func serversWordsAreMadeFit() {
        let noise = "<Error><Code>X</Code><Message>\u{85}a\nb\t&#x9b;" + String(repeating: "y", count: 1000)
        let document = S3ErrorDocument(Array((noise + "...</Message></Error>").utf8))
        #expect(document?.message.count == 300)
        #expect(document?.message.hasPrefix(" a b  yy") == true)
    }

    @Test(arguments: ["", "<html><body>404</body></html>", "<Error/>", "<Error><Code/></Error>", "not found"])
    func otherBodies(_ body: String) {
        #expect(S3ErrorDocument(Array(body.utf8)) == nil)
    }

    @Test func headers() {
        let headers = HTTPHeaders([("Content-Type", "a"), ("content-TYPE", "b")])
        #expect(headers["CONTENT-type"] == "b")
        #expect(headers["etag"] == nil)
    }
}
