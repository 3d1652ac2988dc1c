import Format
import Platform
import Storage
import Stream
import Testing

/// A store in front of a scripted server.
struct ScriptedTest {
    let server: ScriptedServer
    let loop: CurlLoop
    let configuration: S3Configuration
    let store: S3Store
    let deadline = Deadline.after(seconds: 60)

    init(
        _ steps: [ScriptedServer.Step], stallSeconds: Double = 30, credentials: (any CredentialSource)? = nil,
        clock: ServerClock = ServerClock(), adjust: (inout S3Configuration) -> Void = { _ in }
    ) throws {
        server = try ScriptedServer(steps)
        loop = CurlLoop()
        var configuration = try S3Configuration(
            url: "s3://bucket/prefix", endpoint: server.endpoint, region: "eu-test-1",
            credentials: credentials ?? StaticCredentials(Credentials(accessKeyID: "key", secretAccessKey: "hidden")))
        configuration.stallTimeoutSeconds = stallSeconds
        configuration.profile.conditionalComplete = true
        adjust(&configuration)
        self.configuration = configuration
        store = try S3Store(configuration: configuration, loop: loop, name: "test", clock: clock)
    }

    func key(_ name: String = "object") throws -> ObjectKey { try #require(ObjectKey(name)) }

    /// Checks that the script was followed, and gives the requests.
    @discardableResult
    func finish() -> [ScriptedServer.Request] {
        loop.cancel()
        let (requests, complaints) = server.finish()
        #expect(complaints == [])
        return requests
    }

    /// Checks that `body` throws this kind of error, and gives it.
    @discardableResult
    func expect(_ code: StoreError.Code, _ body: () throws -> Void) -> StoreError? {
        let error = #expect(throws: StoreError.self) { try body() }
        #expect(error?.code == code, "\(error.map { "\($0)" } ?? "")")
        if let error { #expect(!"\(error) \(error.hint ?? "")".contains("hidden")) }
        return error
    }

    static func error(_ code: String, _ message: String = "words") -> String {
        "<?xml version=\"1.0\"?>\n<Error><Code>\(code)</Code><Message>\(message)</Message></Error>"
    }

    static let noSuchKey = ScriptedServer.Play.answer(404, body: error("NoSuchKey"))
}
