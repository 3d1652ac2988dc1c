import Platform

/// Sorts what a server answered into the words of `StoreError`. Pure, so that every row of the table is a test.
package struct S3Answer: Sendable {
    /// The status code.
    package let status: Int
    /// The headers of the answer.
    package let headers: HTTPHeaders
    /// The body where the status says failure, or the `<Error>` inside a success.
    package let document: S3ErrorDocument?

    /// An answer that is no success.
    package init(status: Int, headers: HTTPHeaders, document: S3ErrorDocument?) {
        self.status = status
        self.headers = headers
        self.document = document
    }

    /// The one answer that means "there is no such object": the code in the document, not the status alone. A missing
    /// bucket, a proxy's page and an empty body are 404 as well.
    package var saysNoSuchKey: Bool { status == 404 && document?.code == "NoSuchKey" }

    /// The code in the document; empty where there is none.
    package var code: String { document?.code ?? "" }

    /// The failure this answer stands for; `region` is the one that was signed for.
    package func failure(_ operation: StoreOperation, _ object: String, region: String) -> StoreError {
        let kind = kind(region: region)
        return StoreError(
            kind.code, operation, object, cause: cause, hint: kind.hint, retryAfterSeconds: retryAfterSeconds)
    }

    private var cause: String {
        guard let document else {
            let type = headers["content-type"].map { ", content type \"\(PrintableText.line($0))\"" } ?? ""
            return "the server answered \(status) without an S3 error document\(type)"
        }
        return "the server answered \(status) \(document.text)"
    }

    private typealias Kind = (code: StoreError.Code, hint: String?)

    private func kind(region: String) -> Kind {
        Self.byCode[code].map { ($0, hint(region: region)) } ?? byStatus(region: region)
    }

    private func byStatus(region: String) -> Kind {
        switch status {
        case 301, 307, 308: (.misconfigured, hint(region: region))
        case 401, 403: (.denied, hint(region: region))
        // Not ours to believe: whoever answered so did not look for the key.
        case 404: (.serverFault, "Check the endpoint: something other than the S3 server may have answered.")
        case 408: (.timedOut, nil)
        case 409, 425, 429: (.throttled, nil)
        case 413: (.tooLarge, nil)
        case 499: (.serverFault, nil)
        case 501: (.refused, "The server lacks a part of the S3 protocol; see the repository's profile settings.")
        case 507: (.full, nil)
        case 503: (.throttled, nil)
        case 500...599: (.serverFault, nil)
        case 400...499: (.refused, nil)
        // A success or a redirect that makes no sense here.
        default: (.serverFault, nil)
        }
    }

    private func hint(region: String) -> String? {
        switch code {
        case "SignatureDoesNotMatch": return "Check the secret access key; the region signed for was \"\(region)\"."
        case "InvalidAccessKeyId": return "The server does not know the access key id."
        case "ExpiredToken", "InvalidToken", "TokenRefreshRequired": return "The session token must be renewed."
        case "AccessDenied":
            return "Check the permissions; without s3:ListBucket, S3 also answers this where an object is missing."
        case "RequestTimeTooSkewed": return "Set this machine's clock."
        case "NoSuchBucket": return "Create the bucket, or correct its name in the repository's URL."
        case "EntityTooSmall": return "Raise the part size of the repository."
        default: break
        }
        if let right = headers["x-amz-bucket-region"] ?? document?.region, right != region, !right.isEmpty {
            return "The bucket is in the region \"\(PrintableText.line(right))\", not \"\(region)\": set region."
        }
        if let endpoint = document?.endpoint, !endpoint.isEmpty {
            return "The server names \"\(endpoint)\" as the place to ask: set endpoint and region."
        }
        return nil
    }

    /// Seconds or a date (RFC 9110 section 10.2.3), at most an hour.
    private var retryAfterSeconds: Double? {
        guard let text = headers["retry-after"] else { return nil }
        let hour = 3600.0
        if let seconds = UInt32(text) { return min(Double(seconds), hour) }
        guard let date = UnixTime(httpDate: text) else { return nil }
        // Measured against the server's own clock where it says it.
        let now = headers["date"].flatMap { UnixTime(httpDate: $0) } ?? Clock.now()
        return min(max(date.seconds(since: now), 0), hour)
    }

    /// Codes that say more than the status, of AWS's list and of the servers tried.
    private static let byCode: [String: StoreError.Code] = [
        "SlowDown": .throttled, "ServiceUnavailable": .throttled, "Throttling": .throttled,
        "ThrottlingException": .throttled, "RequestLimitExceeded": .throttled, "TooManyRequests": .throttled,
        "RequestThrottled": .throttled, "BandwidthLimitExceeded": .throttled, "Busy": .throttled,
        "OperationAborted": .throttled, "ConditionalRequestConflict": .throttled,
        "RequestTimeout": .timedOut, "IncompleteBody": .unreachable, "InternalError": .serverFault,
        "BadDigest": .damaged, "InvalidDigest": .damaged, "XAmzContentSHA256Mismatch": .damaged,
        "XAmzContentChecksumMismatch": .damaged, "BadChecksum": .damaged,
        "EntityTooLarge": .tooLarge, "MaxMessageLengthExceeded": .tooLarge, "EntityTooSmall": .refused,
        "NoSuchUpload": .refused, "InvalidPart": .refused, "InvalidPartOrder": .refused,
        "SignatureDoesNotMatch": .denied, "InvalidAccessKeyId": .denied, "AccessDenied": .denied,
        "AllAccessDisabled": .denied, "AccountProblem": .denied, "ExpiredToken": .denied, "InvalidToken": .denied,
        "TokenRefreshRequired": .denied, "InvalidSecurity": .denied, "RequestTimeTooSkewed": .denied,
        "RequestExpired": .denied,
        "NoSuchBucket": .misconfigured, "InvalidBucketName": .misconfigured, "PermanentRedirect": .misconfigured,
        "TemporaryRedirect": .misconfigured, "IllegalLocationConstraintException": .misconfigured,
        "AuthorizationHeaderMalformed": .misconfigured, "InvalidRegion": .misconfigured,
        "QuotaExceeded": .full, "InsufficientCapacity": .full, "XMinioStorageFull": .full,
        "XMinioAdminBucketQuotaExceeded": .full, "StorageFull": .full, "NotEnoughSpace": .full,
    ]
}
