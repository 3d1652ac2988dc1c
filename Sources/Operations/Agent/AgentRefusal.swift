/// Why an agent does not do what a client asks: the client does it by itself then.
package struct AgentRefusal: Error, Equatable, Sendable {
    /// The values that metrics know.
    package enum Kind: String, CaseIterable, Sendable {
        /// The client speaks another version of the protocol.
        case version
        /// The frame is not as it should be.
        case malformed
        /// The client was told to use another configuration.
        case configuration
        /// The server is not one that the agent serves.
        case server
        case ending
        /// The agent lacks something it needs: threads, room on disk.
        case trouble
    }

    package let kind: Kind
    /// Lower case, no full stop.
    package let reason: String

    package init(_ kind: Kind, _ reason: String) {
        self.kind = kind
        self.reason = reason
    }

    package static let ending = AgentRefusal(.ending, "the agent is ending")
}
