import Format
import Platform
import Storage
import Stream
import TestSupport
import Testing

/// Multipart uploads against a script.
@Suite struct S3UploadTests {
    private typealias Step = ScriptedServer.Step

    private static let begun = ScriptedServer.Play.answer(
        200,
        body: "<InitiateMultipartUploadResult><UploadId>id/1+2</UploadId></InitiateMultipartUploadResult>")
    private static let completed = ScriptedServer.Play.answer(
        200,
        body:
            "  \n<?xml version=\"1.0\"?>\n "
            + "<CompleteMultipartUploadResult><ETag>t</ETag></CompleteMultipartUploadResult>"
    )
    private static let complete = "POST /bucket/prefix/object?uploadId=id"

    private let receipts = [
        PartReceipt(number: 1, tag: "a<&\">", checksum: 0), PartReceipt(number: 2, tag: "b", checksum: 1),
    ]

    private func session(_ test: ScriptedTest) throws -> UploadSession { UploadSession(key: try test.key(), id: "id") }

    @Test func upload() throws {
        let test = try ScriptedTest([
            Step("POST /bucket/prefix/object?uploads=", Self.begun),
            Step(
                "PUT /bucket/prefix/object?partNumber=2&uploadId=id%2F1%2B2",
                .answer(200, headers: [("ETag", "\"b\""), ("x-amz-checksum-crc32c", "4waSgw==")])),
            Step("POST /bucket/prefix/object?uploadId=id%2F1%2B2", Self.completed),
        ])
        let session = try test.store.beginUpload(test.key(), until: test.deadline)
        #expect(session == UploadSession(key: try test.key(), id: "id/1+2"))
        let part = UploadPart(number: 2, offset: 5, content: .copying(Array("123456789".utf8)))
        let receipt = try test.store.upload(part, to: session, until: test.deadline)
        #expect(receipt == PartReceipt(number: 2, tag: "b", checksum: 0xE306_9283))
        #expect(try test.store.complete(session, parts: receipts, until: test.deadline) == .created)
        let requests = test.finish()
        #expect(requests[0].headers["x-amz-checksum-algorithm"] == "CRC32C")
        #expect(requests[0].headers["content-length"] == "0")
        #expect(requests[1].headers["x-amz-checksum-crc32c"] == "4waSgw==")
        #expect(requests[1].headers["if-none-match"] == nil)
        #expect(requests[2].headers["if-none-match"] == "*")
        #expect(
            String(decoding: requests[2].body, as: UTF8.self)
                == "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
                + "<Part><PartNumber>1</PartNumber><ETag>&quot;a&lt;&amp;&quot;&gt;&quot;</ETag>"
                + "<ChecksumCRC32C>AAAAAA==</ChecksumCRC32C></Part>"
                + "<Part><PartNumber>2</PartNumber><ETag>&quot;b&quot;</ETag>"
                + "<ChecksumCRC32C>AAAAAQ==</ChecksumCRC32C></Part></CompleteMultipartUpload>")
    }

    @Test func failureInsideASuccess() throws {
        let test = try ScriptedTest([
            Step(Self.complete, .answer(200, body: ScriptedTest.error("InternalError"))),
            Step(Self.complete, .answer(200, body: ScriptedTest.error("SlowDown"))),
            Step(Self.complete, .answer(200, body: "<html></html>")),
            Step(Self.complete, .answer(200)),
        ])
        for code in [StoreError.Code.serverFault, .throttled, .serverFault, .serverFault] {
            test.expect(code) {
                _ = try test.store.complete(session(test), parts: receipts, until: test.deadline)
            }
        }
        test.finish()
    }

    @Test(arguments: [412, 200])
    func existingIsNotReplaced(_ status: Int) throws {
        let test = try ScriptedTest([
            Step(Self.complete, .answer(status, body: ScriptedTest.error("PreconditionFailed"))),
            Step("DELETE /bucket/prefix/object?uploadId=id", .answer(204)),
        ])
        #expect(try test.store.complete(session(test), parts: receipts, until: test.deadline) == .alreadyExists)
        test.finish()
    }

    @Test func lackOfTheConditionIsRememberedAndLookedFirst() throws {
        let found = ScriptedServer.Play.answer(206, headers: [("Content-Range", "bytes 0-0/3")], body: "x")
        let test = try ScriptedTest([
            Step(Self.complete, .answer(501, body: ScriptedTest.error("NotImplemented"))),
            Step("GET /bucket/prefix/object", ScriptedTest.noSuchKey),
            Step(Self.completed) { $0.headers["if-none-match"] == nil ? nil : "the condition is still there" },
            Step("GET /bucket/prefix/object", found),
            Step("DELETE /bucket/prefix/object?uploadId=id", .answer(204)),
        ])
        #expect(try test.store.complete(session(test), parts: receipts, until: test.deadline) == .created)
        #expect(!test.store.capabilities.conditionalComplete && test.store.capabilities.conditionalCreate)
        #expect(try test.store.complete(session(test), parts: receipts, until: test.deadline) == .alreadyExists)
        test.finish()
    }

    @Test func sessionThatIsGone() throws {
        let gone = ScriptedServer.Play.answer(404, body: ScriptedTest.error("NoSuchUpload"))
        let found = ScriptedServer.Play.answer(206, headers: [("Content-Range", "bytes 0-0/3")], body: "x")
        let test = try ScriptedTest([
            Step(Self.complete, gone), Step("GET /bucket/prefix/object", found),
            Step(Self.complete, gone), Step("GET /bucket/prefix/object", ScriptedTest.noSuchKey),
        ])
        #expect(try test.store.complete(session(test), parts: receipts, until: test.deadline) == .alreadyExists)
        test.expect(.refused) {
            _ = try test.store.complete(session(test), parts: receipts, until: test.deadline)
        }
        test.finish()
    }

    @Test func conflictNeedsTheWholeUploadAgain() throws {
        let test = try ScriptedTest([
            Step(Self.complete, .answer(409, body: ScriptedTest.error("ConditionalRequestConflict")))
        ])
        let error = test.expect(.refused) {
            _ = try test.store.complete(session(test), parts: receipts, until: test.deadline)
        }
        #expect(error?.hint != nil)
        test.finish()
    }

    @Test func answersThatLackWhatIsNeeded() throws {
        let test = try ScriptedTest([
            Step(.answer(200, body: "<InitiateMultipartUploadResult/>")), Step(.answer(200, body: "not XML")),
            Step(.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")),
            Step(.answer(200, headers: [("x-amz-checksum-crc32c", "AAAAAA==")])),
        ])
        let part = UploadPart(number: 1, offset: 0, content: .copying([1]))
        for _ in 0..<2 {
            test.expect(.serverFault) { _ = try test.store.beginUpload(test.key(), until: test.deadline) }
        }
        test.expect(.serverFault) { _ = try test.store.upload(part, to: session(test), until: test.deadline) }
        test.expect(.damaged) { _ = try test.store.upload(part, to: session(test), until: test.deadline) }
        test.finish()
    }

    @Test func partsBeyondTheLimitsAreNotSent() throws {
        let test = try ScriptedTest([])
        for number in [0, 10_001] {
            let part = UploadPart(number: number, offset: 0, content: .copying([1]))
            test.expect(.tooLarge) { _ = try test.store.upload(part, to: session(test), until: test.deadline) }
        }
        for parts in [[], Array(receipts.reversed()), [receipts[1]], [receipts[0], receipts[0]]] {
            test.expect(.refused) { _ = try test.store.complete(session(test), parts: parts, until: test.deadline) }
        }
        test.finish()
    }

    @Test func abortNeverThrows() throws {
        let test = try ScriptedTest([
            Step("DELETE /bucket/prefix/object?uploadId=id", .answer(500)),
            // libcurl tries once more on a fresh connection where the kept one turns out closed.
            Step(.close), Step(.close),
        ])
        test.store.abort(try session(test))
        test.store.abort(try session(test))
        test.finish()
    }
}
