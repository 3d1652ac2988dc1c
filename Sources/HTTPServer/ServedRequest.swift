/// What somebody asks a server for.
package struct ServedRequest: Equatable, Sendable {
    /// As sent: `GET`.
    package let method: String
    /// Decoded, without the query: `/metrics`.
    package let path: String

    package init(method: String, path: String) {
        self.method = method
        self.path = path
    }
}
