import Format
import Platform
import Stream
import Synchronization

/// Objects in a bucket of an S3 server, below a prefix.
///
/// One call is one request, but for three cases: a server without conditional writes is asked first whether the object
/// is there; a signature refused for its time is made once more with the server's; and credentials that the server
/// calls expired are read once more. Everything else is the caller's to repeat.
package final class S3Store: Store {
    let configuration: S3Configuration
    let clock: ServerClock
    private let loop: CurlLoop
    private let name: String
    /// What the server turned out to lack, beyond the profile.
    private let lacksConditionalCreate = Atomic(false)
    private let lacksConditionalComplete = Atomic(false)

    /// Throws `misconfigured` where plain HTTP would leave this machine without leave.
    package init(
        configuration: S3Configuration, loop: CurlLoop, name: String, clock: ServerClock = ServerClock()
    ) throws(StoreError) {
        let endpoint = configuration.requestEndpoint
        guard endpoint.scheme == .https || endpoint.isLoopback || configuration.allowHTTP else {
            throw StoreError(
                .misconfigured, operation: "configure repository", object: name,
                cause: "\"\(endpoint)\" is plain HTTP to another machine",
                hint: "Use https, or set allow-http if the network in between is trusted.")
        }
        self.configuration = configuration
        self.loop = loop
        self.name = name
        self.clock = clock
    }

    package var description: String { "repository \"\(name)\" (\(configuration.location))" }

    package var capabilities: Capabilities {
        var result = configuration.profile.capabilities
        result.conditionalCreate = result.conditionalCreate && !lacksConditionalCreate.load(ordering: .relaxed)
        result.conditionalComplete = result.conditionalComplete && !lacksConditionalComplete.load(ordering: .relaxed)
        return result
    }

    /// Notes that the server answered "not implemented" to the condition of `operation`.
    func noteLack(of operation: StoreOperation) {
        if operation == .create {
            lacksConditionalCreate.store(true, ordering: .relaxed)
        } else {
            lacksConditionalComplete.store(true, ordering: .relaxed)
        }
    }

    /// Sends a request whose answer is a document or nothing.
    func send(
        _ request: S3Request, until deadline: Deadline, collecting byteCountMax: Int = XMLReader.byteCountMax
    ) throws(StoreError) -> HTTPResponse {
        try send(request, until: deadline) { (http: HTTPRequest) throws(TransferFailure) -> HTTPResponse in
            try loop.perform(http, collecting: byteCountMax)
        }
    }

    /// Sends a request whose answer is content.
    func send(
        _ request: S3Request, until deadline: Deadline, into block: inout Block
    ) throws(StoreError) -> HTTPResponse {
        try send(request, until: deadline) { (http: HTTPRequest) throws(TransferFailure) -> HTTPResponse in
            try loop.perform(http, into: &block)
        }
    }

    /// Signs and sends; signs afresh and sends again, once for each reason, where the server's answer tells how.
    private func send(
        _ request: S3Request, until deadline: Deadline,
        perform: (HTTPRequest) throws(TransferFailure) -> HTTPResponse
    ) throws(StoreError) -> HTTPResponse {
        var mayCorrectClock = true
        var mayRenewCredentials = true
        while true {
            let credentials = try configuration.credentials.require(for: request.object)
            let time = clock.now
            let http = request.signed(configuration, credentials, at: time, until: deadline)
            let response = try sendOnce(http, request, perform: perform)
            let code = response.isSuccess ? "" : answer(response).code
            if code == "RequestTimeTooSkewed" || code == "RequestExpired" {
                guard mayCorrectClock, clock.adopt(date: response.headers["date"], signed: time) else {
                    return response
                }
                mayCorrectClock = false
                continue
            }
            clock.observe(date: response.headers["date"])
            switch code {
            case "ExpiredToken", "InvalidToken", "TokenRefreshRequired", "InvalidAccessKeyId":
                guard mayRenewCredentials, configuration.credentials.forget(credentials) else { return response }
                mayRenewCredentials = false
            default:
                return response
            }
        }
    }

    private func sendOnce(
        _ http: HTTPRequest, _ request: S3Request,
        perform: (HTTPRequest) throws(TransferFailure) -> HTTPResponse
    ) throws(StoreError) -> HTTPResponse {
        do throws(TransferFailure) {
            return try perform(http)
        } catch {
            throw StoreError(
                error.code, request.operation, request.object,
                cause: "\(error.cause) (\(configuration.requestEndpoint))",
                hint: error.hint)
        }
    }

    /// The answer in S3's words; for responses that are no success.
    func answer(_ response: HTTPResponse) -> S3Answer {
        S3Answer(
            status: response.status, headers: response.headers, document: S3ErrorDocument(response.body))
    }

    func failure(_ answer: S3Answer, _ request: S3Request) -> StoreError {
        answer.failure(request.operation, request.object, region: configuration.region)
    }

    /// The entity tag of a success. Every S3 server sends one, and the login page of somebody's network, which also is
    /// a success to whoever looks at the status alone, does not.
    func tag(_ response: HTTPResponse, _ request: S3Request) throws(StoreError) -> String {
        guard let tag = response.headers["etag"], !tag.isEmpty else {
            throw StoreError(
                .serverFault, request.operation, request.object,
                cause: "the server answered \(response.status) without an ETag",
                hint: "Check the endpoint: something other than the S3 server may have answered.")
        }
        return EntityTag.unquoted(tag)
    }

    /// An answer that makes no sense.
    func nonsense(_ cause: String, _ request: S3Request, code: StoreError.Code = .serverFault) -> StoreError {
        StoreError(code, request.operation, request.object, cause: cause)
    }
}
