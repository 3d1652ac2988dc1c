import Format
import Platform
import Storage
import Stream
import TestSupport
import Testing

/// What the store asks for, and how it takes the answers of a server that follows the protocol.
@Suite struct S3StoreTests {
    private typealias Step = ScriptedServer.Step

    @Test func createIsOneConditionalPut() throws {
        let test = try ScriptedTest([Step("PUT /bucket/prefix/a%2Bb/c", .answer(200, headers: [("ETag", "\"t\"")]))])
        var content = Content.copying(Array("12345".utf8))
        content.append(.copying(Array("6789".utf8)))
        #expect(try test.store.create(test.key("a+b/c"), content, until: test.deadline) == .created)
        let request = try #require(test.finish().first)
        #expect(request.body == Array("123456789".utf8))
        let headers = request.headers
        #expect(headers["if-none-match"] == "*")
        #expect(headers["x-amz-checksum-crc32c"] == "4waSgw==")
        #expect(headers["x-amz-sdk-checksum-algorithm"] == "CRC32C")
        #expect(headers["content-length"] == "9")
        #expect(headers["expect"] == nil)
        #expect(
            headers["x-amz-content-sha256"] == "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225")
        let authorization = try #require(headers["authorization"])
        #expect(authorization.contains("/eu-test-1/s3/aws4_request"))
        #expect(
            authorization.contains(
                "SignedHeaders=content-type;host;if-none-match;x-amz-checksum-crc32c;x-amz-content-sha256;x-amz-date;"
                    + "x-amz-sdk-checksum-algorithm,"))
        #expect(headers["x-amz-security-token"] == nil)
    }

    @Test func profileTurnsThingsOff() throws {
        let credentials = Credentials(accessKeyID: "key", secretAccessKey: "hidden", sessionToken: "token")
        let test = try ScriptedTest(
            [Step("PUT /prefix/object", .answer(200))], credentials: StaticCredentials(credentials)
        ) { configuration in
            configuration.profile = S3Profile(payload: .unsigned, checksum: .none)
            // A name below localhost means the loopback to libcurl itself.
            configuration.endpoint = S3Endpoint(
                scheme: .http, host: "localhost", port: configuration.endpoint.port)
            configuration.addressing = .virtualHost
        }
        #expect(try test.store.create(test.key(), .copying([1]), until: test.deadline) == .created)
        let headers = try #require(test.finish().first).headers
        #expect(headers["x-amz-content-sha256"] == "UNSIGNED-PAYLOAD")
        #expect(headers["x-amz-checksum-crc32c"] == nil)
        #expect(headers["x-amz-security-token"] == "token")
        #expect(headers["host"] == "bucket.localhost:\(test.server.port)")
    }

    @Test func existingIsNotCreated() throws {
        let test = try ScriptedTest([
            Step("PUT /bucket/prefix/object", .answer(412, body: ScriptedTest.error("PreconditionFailed"))),
            Step("PUT /bucket/prefix/object", .answer(409, body: ScriptedTest.error("ConditionalRequestConflict"))),
        ])
        #expect(try test.store.create(test.key(), .copying([1]), until: test.deadline) == .alreadyExists)
        let error = test.expect(.throttled) {
            _ = try test.store.create(test.key(), .copying([1]), until: test.deadline)
        }
        #expect(error?.isRetryable == true)
        test.finish()
    }

    @Test func lackOfTheConditionIsRememberedAndLookedFirst() throws {
        let found = ScriptedServer.Play.answer(206, headers: [("Content-Range", "bytes 0-0/3")], body: "x")
        let unconditional: @Sendable (ScriptedServer.Request) -> String? = {
            $0.headers["if-none-match"] == nil ? nil : "the condition is still there"
        }
        let test = try ScriptedTest([
            Step("PUT /bucket/prefix/object", .answer(501, body: ScriptedTest.error("NotImplemented"))),
            Step("GET /bucket/prefix/object", ScriptedTest.noSuchKey),
            Step(.answer(200), unconditional),
            Step("GET /bucket/prefix/object", found),
        ])
        #expect(test.store.capabilities.conditionalCreate)
        #expect(try test.store.create(test.key(), .copying([1]), until: test.deadline) == .created)
        #expect(!test.store.capabilities.conditionalCreate)
        #expect(try test.store.create(test.key(), .copying([1]), until: test.deadline) == .alreadyExists)
        test.finish()
    }

    @Test func conditionCanBeProbed() throws {
        let test = try ScriptedTest([
            Step(.answer(412)), Step(.answer(200)), Step(.answer(403, body: ScriptedTest.error("AccessDenied"))),
        ])
        let content = Content.copying([1])
        #expect(try test.store.honoursCondition(existing: test.key(), content, until: test.deadline))
        #expect(try !test.store.honoursCondition(existing: test.key(), content, until: test.deadline))
        #expect(!test.store.capabilities.conditionalCreate)
        test.expect(.denied) {
            _ = try test.store.honoursCondition(existing: test.key(), content, until: test.deadline)
        }
        test.finish()
    }

    @Test func readsAreRanges() throws {
        let test = try ScriptedTest([
            Step(.answer(206, headers: [("Content-Range", "bytes 2-5/9")], body: "cdef")) {
                $0.headers["range"] == "bytes=2-5" ? nil : "\($0.headers)"
            },
            Step(.answer(206, headers: [("Content-Range", "bytes 7-8/9")], body: "hi")) {
                $0.headers["range"] == "bytes=-2" ? nil : "\($0.headers)"
            },
            Step(.answer(416, headers: [("Content-Range", "bytes */9")], body: ScriptedTest.error("InvalidRange"))),
            Step(.answer(416, body: ScriptedTest.error("InvalidRange"))),
            Step(.answer(206, headers: [("Content-Range", "bytes 0-0/9")], body: "a")),
        ])
        var block = Block(capacity: 5)
        block.append([0x2D])
        #expect(
            try test.store.read(test.key(), from: 2, into: &block, until: test.deadline) == .found(totalByteCount: 9))
        #expect(block.octets() == Array("-cdef".utf8))
        var tail = Block(capacity: 2)
        #expect(try test.store.readTail(test.key(), into: &tail, until: test.deadline) == .found(totalByteCount: 9))
        #expect(tail.octets() == Array("hi".utf8))
        // From the end on there is nothing, whether or not the server tells the size with that.
        for _ in 0..<2 {
            var empty = Block(capacity: 2)
            #expect(
                try test.store.read(test.key(), from: 9, into: &empty, until: test.deadline)
                    == .found(totalByteCount: 9))
            #expect(empty.count == 0)
        }
        test.finish()
    }

    @Test func headTellsWhatTheServerTells() throws {
        let headers = [
            ("Content-Range", "bytes 0-0/443"), ("ETag", "\"tag\""), ("Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT"),
        ]
        let test = try ScriptedTest([
            Step(.answer(206, headers: headers, body: "x")), Step(.answer(416)), Step(ScriptedTest.noSuchKey),
        ])
        let key = try test.key()
        #expect(
            try test.store.head(key, until: test.deadline)
                == ObjectInfo(
                    key: key, byteCount: 443, modified: UnixTime(httpDate: "Sun, 06 Nov 1994 08:49:37 GMT"), tag: "tag")
        )
        #expect(
            try test.store.head(key, until: test.deadline)
                == ObjectInfo(key: key, byteCount: 0, modified: nil, tag: nil))
        #expect(try test.store.head(key, until: test.deadline) == nil)
        test.finish()
    }

    /// Everything that is 404 and not "no such key".
    @Test(arguments: [
        "", "<html>Not Found</html>", ScriptedTest.error("NoSuchBucket"), ScriptedTest.error("NoSuchUpload"),
    ])
    func otherNotFoundIsTrouble(_ body: String) throws {
        let test = try ScriptedTest(Array(repeating: Step(.answer(404, body: body)), count: 4))
        #expect(throws: StoreError.self) { try test.store.head(test.key(), until: test.deadline) }
        var block = Block(capacity: 10)
        #expect(throws: StoreError.self) {
            try test.store.read(test.key(), from: 0, into: &block, until: test.deadline)
        }
        #expect(throws: StoreError.self) { try test.store.readTail(test.key(), into: &block, until: test.deadline) }
        #expect(throws: StoreError.self) { try test.store.delete(test.key(), until: test.deadline) }
        #expect(block.count == 0)
        test.finish()
    }

    @Test func deletingNothingIsSuccess() throws {
        let test = try ScriptedTest([
            Step("DELETE /bucket/prefix/object", .answer(204)), Step(ScriptedTest.noSuchKey),
            Step(.answer(403, body: ScriptedTest.error("AccessDenied"))),
        ])
        try test.store.delete(test.key(), until: test.deadline)
        try test.store.delete(test.key(), until: test.deadline)
        test.expect(.denied) { try test.store.delete(test.key(), until: test.deadline) }
        test.finish()
    }
}
