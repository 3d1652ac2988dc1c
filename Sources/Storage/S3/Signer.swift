package import Platform

/// Signature Version 4 (https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html).
///
/// S3's own rule for paths: they are encoded once and never normalised.
package struct Signer: Sendable {
    /// Whose signature it is.
    package let credentials: Credentials
    /// Part of the signature's scope.
    package let region: String
    /// Part of the signature's scope: `s3`, but for test vectors.
    package let service: String

    /// A signer for any number of requests.
    package init(credentials: Credentials, region: String, service: String = "s3") {
        self.credentials = credentials
        self.region = region
        self.service = service
    }

    /// The value of `x-amz-content-sha256` where the body is not part of the signature.
    package static let unsignedPayload = "UNSIGNED-PAYLOAD"

    /// The value of the header Authorization.
    ///
    /// `request` has every header that is signed, `host` and `x-amz-date` among them, and `time` is what the latter
    /// says.
    package func authorization(_ request: CanonicalRequest, time: UnixTime) -> String {
        let stamp = time.basicISO()
        let scope = "\(stamp.prefix(8))/\(region)/\(service)/aws4_request"
        let digest = Hexadecimal.text(SHA256.digest(of: Array(request.text.utf8)))
        let message = "\(Self.algorithm)\n\(stamp)\n\(scope)\n\(digest)"
        let signature = Hexadecimal.text(SHA256.authenticate(Array(message.utf8), key: key(date: stamp.prefix(8))))
        return "\(Self.algorithm) Credential=\(credentials.accessKeyID)/\(scope), "
            + "SignedHeaders=\(request.signedHeaders), Signature=\(signature)"
    }

    private static let algorithm = "AWS4-HMAC-SHA256"

    /// Four HMACs, some microseconds: not worth remembering per day.
    private func key(date: Substring) -> [UInt8] {
        let secret = Array("AWS4\(credentials.secretAccessKey)".utf8)
        return [String(date), region, service, "aws4_request"].reduce(secret) { key, word in
            SHA256.authenticate(Array(word.utf8), key: key)
        }
    }
}
