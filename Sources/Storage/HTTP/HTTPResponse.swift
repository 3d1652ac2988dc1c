/// What a server answered.
package struct HTTPResponse: Sendable {
    /// The most of a failure's body that is kept: S3's error documents have less than 2 KiB.
    package static let failureBytesMax = 64 << 10

    /// The status code; 0 where the server sent a line that has none.
    package let status: Int
    /// Of the last answer, where there were several to one request (100 Continue).
    package let headers: HTTPHeaders
    /// The body where it was to be collected, and the first `failureBytesMax` bytes of it where the status is not a
    /// success; otherwise empty.
    package let body: [UInt8]
    /// Bytes of the body that went to the caller's block.
    package let byteCount: Int
    /// Whether the request had to open a connection.
    package let isNewConnection: Bool

    /// 2xx.
    package var isSuccess: Bool { (200...299).contains(status) }
}
