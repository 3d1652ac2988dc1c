/// A request in the one form that client and server both hash.
package struct CanonicalRequest: Sendable {
    /// What is hashed.
    package let text: String
    /// Names in lower case, sorted, with semicolons between.
    package let signedHeaders: String

    /// `path` is encoded already; names and values of `query` are not.
    package init(
        method: String, path: String, query: [(name: String, value: String)],
        headers: [(name: String, value: String)], payloadHash: String
    ) {
        let canonical = Self.canonicalHeaders(headers)
        signedHeaders = canonical.map(\.name).joined(separator: ";")
        let lines = canonical.map { "\($0.name):\($0.value)\n" }.joined()
        text = [method, path, Self.encodedQuery(query), lines, signedHeaders, payloadHash].joined(separator: "\n")
    }

    /// Sorted by encoded name, then value: what is signed, and what is sent as well.
    package static func encodedQuery(_ query: [(name: String, value: String)]) -> String {
        query.map { name, value in
            (PercentEncoding.encode(name, slash: .encoded), PercentEncoding.encode(value, slash: .encoded))
        }
        .sorted { ($0.0, $0.1) < ($1.0, $1.1) }
        .map { "\($0.0)=\($0.1)" }
        .joined(separator: "&")
    }

    /// Values of one name are joined by commas in their order; runs of blanks become one.
    private static func canonicalHeaders(
        _ headers: [(name: String, value: String)]
    ) -> [(name: String, value: String)] {
        var values: [String: [String]] = [:]
        for (name, value) in headers {
            values[name.lowercased(), default: []].append(value.split(separator: " ").joined(separator: " "))
        }
        return values.sorted { $0.key < $1.key }.map { ($0.key, $0.value.joined(separator: ",")) }
    }
}
