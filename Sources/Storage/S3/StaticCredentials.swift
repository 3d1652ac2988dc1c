/// Credentials that stand in the configuration.
package struct StaticCredentials: CredentialSource {
    package let description = "configuration"
    private let value: Credentials?

    /// Nil where the configuration says nothing.
    package init(_ value: Credentials?) { self.value = value }

    package func credentials(seen: inout [String]) throws(StoreError) -> Credentials? {
        if value == nil { seen.append("the configuration has no access-key-id") }
        return value
    }

    package func forget(_ refused: Credentials) -> Bool { false }
}
