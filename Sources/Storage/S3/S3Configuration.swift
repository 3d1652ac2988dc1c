/// Everything an `S3Store` is told.
package struct S3Configuration: Sendable {
    /// Where in a request the bucket is named.
    package enum Addressing: String, Sendable, CaseIterable {
        /// `https://endpoint/bucket/key`.
        case path
        /// `https://bucket.endpoint/key`.
        case virtualHost = "virtual-host"
    }

    /// Ten seconds: name resolution, TCP and TLS of an overloaded server far away take two or three.
    package static let connectSecondsDefault = 10.0
    /// Thirty seconds without a byte in either direction end a try; a CompleteMultipartUpload of thousands of parts is
    /// kept alive by blanks that the server sends.
    package static let stallSecondsDefault = 30.0

    /// The server; in virtual-host style without the bucket.
    package var endpoint: S3Endpoint
    /// What requests are signed for.
    package var region: String
    /// Bucket and prefix.
    package var location: S3Location
    /// How the bucket is named.
    package var addressing: Addressing
    /// PEM file of the certificate authorities to trust instead of the system's.
    package var caFile: String?
    /// Asked before every request.
    package var credentials: any CredentialSource
    /// What the server can do and wants.
    package var profile: S3Profile
    /// Lets plain HTTP leave this machine.
    package var allowHTTP = false
    /// For name resolution, TCP and TLS of one try.
    package var connectTimeoutSeconds = S3Configuration.connectSecondsDefault
    /// How long neither side of a try may move a byte.
    package var stallTimeoutSeconds = S3Configuration.stallSecondsDefault

    /// `endpoint` nil: AWS, in `region`. What is not said comes from the table of known servers (`S3Quirks`).
    package init(
        url: String, endpoint: String? = nil, region: String? = nil, credentials: any CredentialSource
    ) throws(StoreError) {
        location = try S3Location(url)
        self.endpoint = try Self.endpoint(endpoint, region: region, url: url)
        let server = S3Quirks.server(at: self.endpoint)
        self.region = region ?? S3Quirks.region(ofHost: self.endpoint.host) ?? server.region
        // A dot in the bucket's name does not match the wildcard of the server's certificate.
        let hasDot = location.bucket.contains(".") && self.endpoint.scheme == .https
        addressing = hasDot ? .path : server.addressing
        profile = server.profile(over: self.endpoint.scheme)
        self.credentials = credentials
    }

    /// Where requests go: the bucket's own host in virtual-host style.
    var requestEndpoint: S3Endpoint {
        addressing == .virtualHost ? endpoint.bucketHost(location.bucket) : endpoint
    }

    private static func endpoint(
        _ text: String?, region: String?, url: String
    ) throws(StoreError) -> S3Endpoint {
        if let text { return try S3Endpoint(text) }
        guard let region else {
            throw StoreError(
                .misconfigured, operation: "configure repository", object: url,
                cause: "neither endpoint nor region is set",
                hint: "Set region for AWS, or endpoint for any other server.")
        }
        guard region.utf8.allSatisfy({ $0 != UInt8(ascii: ".") }) else {
            throw StoreError(
                .misconfigured, operation: "configure repository", object: url,
                cause: "\"\(region)\" is not the name of a region")
        }
        // The partition of China has a domain of its own.
        return try S3Endpoint("https://s3.\(region).amazonaws.com" + (region.hasPrefix("cn-") ? ".cn" : ""))
    }
}
