import CCurl
import Stream

/// The owner of one libcurl easy handle, set up for one request.
struct CurlHandle: ~Copyable {
    /// libcurl sends and receives through buffers of these sizes, one of each per request in flight. 256 KiB make a
    /// 16-MiB part 64 calls; more brought nothing on a loopback at 2 GB/s.
    static let bufferBytes = 256 << 10

    let easy: OpaquePointer
    private var list: OpaquePointer?
    private let errorText: UnsafeMutablePointer<CChar>

    init() throws(TransferFailure) {
        guard let easy = ccurl_easy_new() else { throw TransferFailure(.localFault, "out of memory") }
        self.easy = easy
        errorText = .allocate(capacity: Int(CCURL_ERROR_BYTES))
        errorText.initialize(repeating: 0, count: Int(CCURL_ERROR_BYTES))
        ccurl_easy_set_error_buffer(easy, errorText)
    }

    deinit {
        ccurl_easy_free(easy)
        if let list { ccurl_list_free(list) }
        errorText.deallocate()
    }

    /// What libcurl wrote about the failure; empty where it wrote nothing.
    var failureText: String { String(cString: errorText) }

    var connectionCount: Int { ccurl_easy_connection_count(easy) }

    /// `share` holds the TLS sessions of the loop.
    mutating func configure(_ request: HTTPRequest, share: OpaquePointer) throws(TransferFailure) {
        var settings = Settings(easy: easy)
        settings.text(CCURL_TEXT_URL, request.url)
        settings.text(CCURL_TEXT_METHOD, request.method)
        settings.text(CCURL_TEXT_USER_AGENT, "trunkline")
        settings.number(CCURL_NUMBER_HTTP_VERSION, Int(CCURL_HTTP_1_1))
        settings.number(CCURL_NUMBER_NO_SIGNAL, 1)
        settings.number(CCURL_NUMBER_FOLLOW_REDIRECTS, 0)
        settings.number(CCURL_NUMBER_PATH_AS_IS, 1)
        settings.number(CCURL_NUMBER_TCP_KEEPALIVE, 1)
        settings.number(CCURL_NUMBER_SUPPRESS_PROXY_HEADERS, 1)
        settings.number(CCURL_NUMBER_RECEIVE_BUFFER_BYTES, Self.bufferBytes)
        settings.number(CCURL_NUMBER_SEND_BUFFER_BYTES, Self.bufferBytes)
        settings.number(CCURL_NUMBER_CONNECT_MILLISECONDS, Self.milliseconds(request.connectTimeoutSeconds))
        settings.note(ccurl_easy_set_share(easy, share))
        configureTrust(request, &settings)
        if let body = request.body {
            settings.number(CCURL_NUMBER_UPLOAD, 1)
            settings.note(ccurl_easy_set_upload_bytes(easy, Int64(body.count)))
        }
        guard settings.result == 0 else {
            throw TransferFailure(.localFault, String(cString: ccurl_easy_failure(settings.result)))
        }
        // Unknown to libcurl before 7.87, which then waits for the resolver's thread when a lookup is given up.
        ccurl_easy_set_number(easy, CCURL_NUMBER_QUICK_EXIT, 1)
        try setHeaders(request)
    }

    /// Verification is never turned off: there is no setting for it here.
    private func configureTrust(_ request: HTTPRequest, _ settings: inout Settings) {
        settings.number(CCURL_NUMBER_PROTOCOLS, Int(CCURL_PROTOCOL_HTTP | CCURL_PROTOCOL_HTTPS))
        settings.number(CCURL_NUMBER_TLS_VERSION_MIN, Int(CCURL_TLS_1_2))
        settings.number(CCURL_NUMBER_VERIFY_PEER, 1)
        // 2: the name in the certificate must match.
        settings.number(CCURL_NUMBER_VERIFY_HOST, 2)
        if let caFile = request.caFile { settings.text(CCURL_TEXT_CA_FILE, caFile) }
        if request.isLoopback { settings.text(CCURL_TEXT_PROXY, "") }
    }

    private mutating func setHeaders(_ request: HTTPRequest) throws(TransferFailure) {
        // An empty value takes back what libcurl would send by itself: waiting for "100 Continue" costs a round trip
        // for every body above 1 MiB.
        let lines = request.headers.map { "\($0.name): \($0.value)" } + ["Expect:"]
        for line in lines {
            guard let longer = ccurl_list_append(list, line) else {
                throw TransferFailure(.localFault, "out of memory")
            }
            list = longer
        }
        ccurl_easy_set_headers(easy, list)
    }

    /// At least one, because zero would mean libcurl's own default; at most a day.
    private static func milliseconds(_ seconds: Double) -> Int {
        Int(max(1, min(seconds, 86_400) * 1000))
    }

    /// Sets options and keeps the first failure.
    private struct Settings {
        let easy: OpaquePointer
        private(set) var result: Int32 = 0

        init(easy: OpaquePointer) { self.easy = easy }

        mutating func text(_ option: ccurl_text_option, _ value: String) {
            note(ccurl_easy_set_text(easy, option, value))
        }

        mutating func number(_ option: ccurl_number_option, _ value: Int) {
            note(ccurl_easy_set_number(easy, option, value))
        }

        mutating func note(_ outcome: Int32) {
            if result == 0 { result = outcome }
        }
    }
}
