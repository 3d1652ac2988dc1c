package import Platform
package import Stream

/// One request, complete and signed.
package struct HTTPRequest: Sendable {
    /// In capitals, as sent.
    package var method: String
    /// Encoded; sent as it is, without any normalising.
    package var url: String
    /// Requests to one host share its connections and their limit.
    package var host: String
    /// Sent in this order, beside Host, Content-Length and User-Agent, which libcurl adds.
    package var headers: [(name: String, value: String)]
    /// Nil for none at all; an empty content sends `Content-Length: 0`.
    package var body: Content?
    /// PEM file of the authorities to trust; nil for the system's.
    package var caFile: String?
    /// Whether the host is this machine: then no proxy is asked, whatever the environment says.
    package var isLoopback: Bool
    /// How long name resolution, TCP and TLS may take together.
    package var connectTimeoutSeconds: Double
    /// How long neither side may move a byte.
    package var stallTimeoutSeconds: Double
    /// When the caller gives up, whatever moves.
    package var deadline: Deadline

    /// A request as its properties say.
    package init(
        method: String, url: String, host: String, headers: [(name: String, value: String)] = [], body: Content? = nil,
        caFile: String? = nil, isLoopback: Bool = false, connectTimeoutSeconds: Double, stallTimeoutSeconds: Double,
        deadline: Deadline
    ) {
        self.method = method
        self.url = url
        self.host = host
        self.headers = headers
        self.body = body
        self.caFile = caFile
        self.isLoopback = isLoopback
        self.connectTimeoutSeconds = connectTimeoutSeconds
        self.stallTimeoutSeconds = stallTimeoutSeconds
        self.deadline = deadline
    }
}
