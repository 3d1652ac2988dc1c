import Format
import Platform
import Stream

/// One request in the words of S3, before it has a host, a time and a signature.
struct S3Request {
    var method: String
    /// Nil for the bucket itself.
    var key: ObjectKey?
    var query: [(name: String, value: String)] = []
    var headers: [(name: String, value: String)] = []
    /// Nil for none at all.
    var body: Content?

    let operation: StoreOperation
    /// For messages.
    let object: String

    init(_ method: String, _ key: ObjectKey, for operation: StoreOperation) {
        self.method = method
        self.key = key
        self.operation = operation
        object = key.path
    }

    init(listing prefix: String) {
        method = "GET"
        operation = .list
        object = prefix
    }

    /// The checksum of `content` in the header S3 defines for it, and the SDKs' announcement, without which Ceph 20
    /// does not verify (tried in November 2026).
    mutating func add(checksum: UInt32) {
        headers.append(("x-amz-sdk-checksum-algorithm", "CRC32C"))
        headers.append(("x-amz-checksum-crc32c", CRC32C.text(of: checksum)))
    }

    /// Builds the HTTP request as of `time`.
    func signed(
        _ configuration: S3Configuration, _ credentials: Credentials, at time: UnixTime, until deadline: Deadline
    ) -> HTTPRequest {
        let endpoint = configuration.requestEndpoint
        let path = path(configuration)
        let payloadHash = payloadHash(configuration)
        var headers = headers
        headers.append(("x-amz-content-sha256", payloadHash))
        headers.append(("x-amz-date", time.basicISO()))
        if let token = credentials.sessionToken { headers.append(("x-amz-security-token", token)) }
        let canonical = CanonicalRequest(
            method: method, path: path, query: query, headers: headers + [("host", endpoint.authority)],
            payloadHash: payloadHash)
        let signer = Signer(credentials: credentials, region: configuration.region)
        headers.append(("Authorization", signer.authorization(canonical, time: time)))
        let queryText = CanonicalRequest.encodedQuery(query)
        return HTTPRequest(
            method: method, url: "\(endpoint)\(path)" + (queryText.isEmpty ? "" : "?\(queryText)"),
            host: endpoint.authority, headers: headers, body: body, caFile: configuration.caFile,
            isLoopback: endpoint.isLoopback, connectTimeoutSeconds: configuration.connectTimeoutSeconds,
            stallTimeoutSeconds: configuration.stallTimeoutSeconds, deadline: deadline)
    }

    private func path(_ configuration: S3Configuration) -> String {
        let key = key.map { configuration.location.fullKey($0.path) } ?? ""
        let bucket = configuration.addressing == .path ? "\(configuration.location.bucket)/" : ""
        return PercentEncoding.encode("/\(bucket)\(key)", slash: .kept)
    }

    private func payloadHash(_ configuration: S3Configuration) -> String {
        // An empty body's hash is cheap, and always right.
        guard let body, body.count > 0 else { return Hexadecimal.text(SHA256.digest(of: [])) }
        guard configuration.profile.payload == .signed else { return Signer.unsignedPayload }
        var hash = SHA256()
        body.forEachSpan { hash.update($0) }
        return Hexadecimal.text(hash.digest())
    }
}
