/// What a server answers.
package struct ServedAnswer: Equatable, Sendable {
    /// The status code.
    package let status: Int
    package let contentType: String
    package let body: String
    /// The methods that are allowed, where the answer is that this one is not.
    package let allow: String?

    package init(_ status: Int, _ body: String, contentType: String = plain, allow: String? = nil) {
        self.status = status
        self.contentType = contentType
        self.body = body
        self.allow = allow
    }

    package static let plain = "text/plain; charset=utf-8"
}
