/// Several sources in their order: the first that has credentials decides.
package struct CredentialChain: CredentialSource {
    private let sources: [any CredentialSource]

    /// Sources in the order in which they are asked.
    package init(_ sources: [any CredentialSource]) { self.sources = sources }

    /// The order AWS's tools use, with the configuration before everything: configuration, environment, files.
    package static func standard(
        configured: Credentials?, profile: String?, environment: [String: String]
    ) -> CredentialChain {
        let shared = SharedCredentials(profile: profile, environment: environment)
        // A profile named in the configuration is meant; the variables are then somebody else's.
        let isNamed = profile != nil
        return CredentialChain(
            [StaticCredentials(configured)] + (isNamed ? [] : [EnvironmentCredentials(environment)]) + [shared])
    }

    package var description: String { sources.map(\.description).joined(separator: ", ") }

    package func credentials(seen: inout [String]) throws(StoreError) -> Credentials? {
        for source in sources {
            if let found = try source.credentials(seen: &seen) { return found }
        }
        return nil
    }

    package func forget(_ refused: Credentials) -> Bool {
        // Every source forgets, so no short circuit.
        sources.map { $0.forget(refused) }.contains(true)
    }
}
