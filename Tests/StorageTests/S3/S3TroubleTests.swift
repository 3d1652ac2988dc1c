import Format
import Platform
import Storage
import Stream
import Synchronization
import TestSupport
import Testing

/// Servers and networks that misbehave.
@Suite struct S3TroubleTests {
    private typealias Step = ScriptedServer.Step

    private func read(_ test: ScriptedTest, _ code: StoreError.Code) -> StoreError? {
        var block = Block(capacity: 10)
        let error = test.expect(code) {
            _ = try test.store.read(test.key(), from: 0, into: &block, until: test.deadline)
        }
        #expect(block.count == 0)
        return error
    }

    private static let head = "HTTP/1.1 206 P\r\nContent-Range: bytes 0-9/443\r\n"

    @Test func connectionsThatBreak() throws {
        let plays: [ScriptedServer.Play] = [
            .close, .reset, .send("HTTP/1.1 206"),
            .send("\(Self.head)Content-Length: 10\r\n\r\n12345"),
            .send("\(Self.head)Transfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n"),
        ]
        for play in plays {
            // libcurl itself repeats a request whose kept connection had closed in between, so each has its own server.
            let test = try ScriptedTest([Step(play)])
            let error = read(test, .unreachable)
            #expect(error?.isRetryable == true && error?.cause.contains(test.server.endpoint) == true)
            test.finish()
        }
    }

    @Test func bodiesThatDisagree() throws {
        let test = try ScriptedTest([
            // Ended by the connection's end, so that only Content-Range can tell.
            Step(.send("\(Self.head)ETag: t\r\n\r\n12345")),
            Step(.send("\(Self.head)ETag: t\r\n")),
            Step(.answer(206, headers: [("Content-Range", "bytes 0-9/443")], body: "123456789")),
            Step(.answer(206, headers: [("Content-Range", "bytes 1-10/443")], body: "1234567890")),
            Step(.answer(206, body: "1234567890")),
            Step(.answer(206, headers: [("Content-Range", "bytes 0-10/443")], body: "12345678901")),
            Step(.answer(200, body: "12345678901")),
        ])
        for _ in 0..<7 { _ = read(test, .damaged) }
        test.finish()
    }

    /// What a login page does that answers for everybody.
    @Test func successOfSomebodyElse() throws {
        let page = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>"
        let test = try ScriptedTest(Array(repeating: Step(.send(page)), count: 3))
        _ = read(test, .serverFault)
        test.expect(.serverFault) { _ = try test.store.create(test.key(), .copying([1]), until: test.deadline) }
        test.expect(.serverFault) { _ = try test.store.list(prefix: "", after: nil, until: test.deadline) }
        test.finish()
    }

    @Test func answersWithoutEnd() throws {
        let header = "X-Padding: " + String(repeating: "x", count: 8000) + "\r\n"
        let page = "<html>" + String(repeating: "y", count: 1 << 20)
        let test = try ScriptedTest([
            Step(.send("HTTP/1.1 200 OK\r\n" + String(repeating: header, count: 20) + "Content-Length: 0\r\n\r\n")),
            Step(.answer(403, body: page)),
            Step(.answer(200, body: "<a>" + String(repeating: " ", count: XMLReader.byteCountMax))),
        ])
        _ = read(test, .serverFault)
        _ = read(test, .denied)
        test.expect(.serverFault) { _ = try test.store.list(prefix: "", after: nil, until: test.deadline) }
        test.finish()
    }

    @Test func silenceEndsATry() throws {
        let plays: [ScriptedServer.Play] = [
            .stall, .sendAndStall("\(Self.head)"), .sendAndStall("\(Self.head)Content-Length: 10\r\n\r\n12345"),
        ]
        let test = try ScriptedTest(plays.map { Step($0) }, stallSeconds: 0.1)
        for _ in plays {
            let error = read(test, .timedOut)
            #expect(error?.cause.contains("no byte moved") == true)
        }
        test.finish()
    }

    @Test func deadlineEndsACall() throws {
        let test = try ScriptedTest([Step(.stall)])
        var block = Block(capacity: 10)
        test.expect(.deadlinePassed) {
            _ = try test.store.read(test.key(), from: 0, into: &block, until: .after(seconds: 0.1))
        }
        // One that has passed already sends nothing.
        test.expect(.deadlinePassed) {
            _ = try test.store.read(test.key(), from: 0, into: &block, until: .after(seconds: 0))
        }
        test.finish()
    }

    @Test func cancellingEndsEveryCall() throws {
        let test = try ScriptedTest([Step(.stall), Step(.stall), Step(.stall)])
        let (store, key, deadline) = (test.store, try test.key(), test.deadline)
        let errors = try inParallel(4) { number -> StoreError? in
            if number == 3 {
                #expect(test.server.waitForRequests(3))
                test.loop.cancel()
                return nil
            }
            do throws(StoreError) { _ = try store.head(key, until: deadline) } catch { return error }
            return nil
        }.map { try $0.get() }
        #expect(errors.prefix(3).allSatisfy { $0?.code == .cancelled })
        test.expect(.cancelled) { _ = try store.head(key, until: deadline) }
        test.finish()
    }

    @Test func nobodyListens() throws {
        let test = try ScriptedTest([])
        test.finish()
        let loop = CurlLoop()
        let store = try S3Store(configuration: test.configuration, loop: loop, name: "test")
        test.expect(.unreachable) { _ = try store.head(test.key(), until: test.deadline) }
    }

    @Test func uploadsThatBreak() throws {
        let test = try ScriptedTest([
            Step(.resetBeforeBody),
            Step(.answer(503, headers: [("Retry-After", "3")], body: ScriptedTest.error("SlowDown"))),
            Step(.answer(200)),
        ])
        let content = Content.copying([UInt8](repeating: 7, count: 8 << 20))
        test.expect(.unreachable) { _ = try test.store.create(test.key(), content, until: test.deadline) }
        let error = test.expect(.throttled) { _ = try test.store.create(test.key(), content, until: test.deadline) }
        #expect(error?.retryAfterSeconds == 3)
        #expect(try test.store.create(test.key(), content, until: test.deadline) == .created)
        let requests = test.finish()
        #expect(requests[2].body == content.octets())
        // The second connection was kept.
        #expect(requests.map(\.connection) == [1, 2, 2])
    }

    /// The server closed the kept connection while nobody looked: libcurl sends the request once more on a fresh one,
    /// for which the body is rewound.
    @Test func keptConnectionThatClosed() throws {
        let content = Content.copying([UInt8](repeating: 7, count: 3 << 20))
        let test = try ScriptedTest([Step(.answer(200)), Step(.close), Step(.answer(200))])
        #expect(try test.store.create(test.key("a"), content, until: test.deadline) == .created)
        #expect(try test.store.create(test.key("b"), content, until: test.deadline) == .created)
        let requests = test.finish()
        #expect(requests.last?.body == content.octets())
        #expect(requests.last?.target == "/bucket/prefix/b")
    }

    @Test func refusedTimeIsCorrectedOnce() throws {
        let date = "Sun, 06 Nov 1994 08:49:37 GMT"
        let skewed = ScriptedServer.Play.answer(
            403, headers: [("Date", date)], body: ScriptedTest.error("RequestTimeTooSkewed"))
        let local = UnixTime(httpDate: "Sun, 06 Nov 1994 10:00:00 GMT") ?? UnixTime(seconds: 0)
        let test = try ScriptedTest(
            [
                Step(.answer(404, body: ScriptedTest.error("NoSuchKey"))), Step(skewed), Step(ScriptedTest.noSuchKey),
                Step(skewed),
            ], clock: ServerClock(local: { local }))
        #expect(try test.store.head(test.key(), until: test.deadline) == nil)
        #expect(try test.store.head(test.key(), until: test.deadline) == nil)
        // Nothing to correct any more, so there is no further try.
        test.expect(.denied) { _ = try test.store.head(test.key(), until: test.deadline) }
        let requests = test.finish()
        #expect(
            requests.map { $0.headers["x-amz-date"] ?? "" }
                == ["19941106T100000Z", "19941106T100000Z", "19941106T084937Z", "19941106T084937Z"])
        #expect(requests[1].headers["authorization"] != requests[2].headers["authorization"])
    }

    @Test func firstAnswerCorrectsTheClock() throws {
        let local = UnixTime(httpDate: "Sun, 06 Nov 1994 10:00:00 GMT") ?? UnixTime(seconds: 0)
        let headers = [("Date", "Sun, 06 Nov 1994 11:00:00 GMT")]
        let test = try ScriptedTest(
            [Step(.answer(204, headers: headers)), Step(.answer(204))], clock: ServerClock(local: { local }))
        try test.store.delete(test.key(), until: test.deadline)
        try test.store.delete(test.key(), until: test.deadline)
        #expect(test.finish().map { $0.headers["x-amz-date"] } == ["19941106T100000Z", "19941106T110000Z"])
    }

    @Test func expiredCredentialsAreReadOnceMore() throws {
        let expired = ScriptedServer.Play.answer(400, body: ScriptedTest.error("ExpiredToken"))
        let source = RotatingCredentials()
        let test = try ScriptedTest(
            [Step(expired), Step(ScriptedTest.noSuchKey), Step(expired), Step(expired)], credentials: source)
        #expect(try test.store.head(test.key(), until: test.deadline) == nil)
        test.expect(.denied) { _ = try test.store.head(test.key(), until: test.deadline) }
        #expect(test.finish().map { $0.headers["x-amz-security-token"] } == ["0", "1", "1", "2"])
    }

    @Test func withoutCredentialsNothingIsSent() throws {
        let test = try ScriptedTest([], credentials: StaticCredentials(nil))
        let error = test.expect(.denied) { _ = try test.store.head(test.key(), until: test.deadline) }
        #expect(error?.cause == "no credentials found (the configuration has no access-key-id)")
        test.finish()
    }

    @Test func certificateFileThatIsNotThere() throws {
        let test = try ScriptedTest([]) { configuration in
            configuration.endpoint = S3Endpoint(
                scheme: .https, host: configuration.endpoint.host, port: configuration.endpoint.port)
            configuration.caFile = "/nonexistent/ca.pem"
        }
        let error = test.expect(.misconfigured) { _ = try test.store.head(test.key(), until: test.deadline) }
        #expect(error?.cause.contains("/nonexistent/ca.pem") == true)
    }

    @Test func connectionsAreBounded() throws {
        let server = try ScriptedServer(Array(repeating: Step(.answer(204)), count: 24))
        let loop = CurlLoop(connectionsPerHostMax: 2, connectionsMax: 3)
        let configuration = try S3Configuration(
            url: "s3://bucket", endpoint: server.endpoint,
            credentials: StaticCredentials(Credentials(accessKeyID: "key", secretAccessKey: "hidden")))
        let store = try S3Store(configuration: configuration, loop: loop, name: "test")
        let key = try #require(ObjectKey("object"))
        let results = try inParallel(24) { _ in try store.delete(key, until: .after(seconds: 60)) }
        for result in results { try result.get() }
        loop.cancel()
        let (requests, complaints) = server.finish()
        #expect(complaints == [])
        #expect(Set(requests.map(\.connection)).count <= 2)
    }
}

/// Session tokens 0, 1, 2, each good until forgotten.
private final class RotatingCredentials: CredentialSource {
    let description = "test"
    private let number = Atomic(0)

    func credentials(seen: inout [String]) throws(StoreError) -> Credentials? {
        Credentials(
            accessKeyID: "key", secretAccessKey: "hidden", sessionToken: "\(number.load(ordering: .relaxed))")
    }

    func forget(_ refused: Credentials) -> Bool {
        number.add(1, ordering: .relaxed)
        return true
    }
}
