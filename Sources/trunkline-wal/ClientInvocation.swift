package import Format

/// A command line that the agent can be asked about.
package struct ClientInvocation: Equatable, Sendable {
    package let operation: AgentRequest.Operation
    package let configuration: String?
    package let cluster: String?
    package let socket: String?
    /// The same for `trunkline wal`.
    package let words: [String]

    /// What the environment says in place of the options, as it does to `trunkline`.
    private static let configurationVariable = "TRUNKLINE_CONFIG"
    private static let clusterVariable = "TRUNKLINE_CLUSTER"

    package init(
        operation: AgentRequest.Operation, configuration: String?, cluster: String?, socket: String?, words: [String]
    ) {
        self.operation = operation
        self.configuration = configuration
        self.cluster = cluster
        self.socket = socket
        self.words = words
    }

    /// Where the agent is.
    package func socket(variable: (String) -> String?) -> String {
        socket ?? Self.set(AgentProtocol.socketVariable, variable) ?? AgentProtocol.defaultSocket
    }

    /// The question; nil when it cannot be put into a frame.
    ///
    /// - Parameter directory: the working directory.
    package func request(directory: String, variable: (String) -> String?) -> AgentRequest? {
        var file = configuration ?? Self.set(Self.configurationVariable, variable) ?? ""
        if !file.isEmpty && !file.hasPrefix("/") { file = "\(directory)/\(file)" }
        let name = cluster ?? Self.set(Self.clusterVariable, variable) ?? ""
        // Octets that are not UTF-8 have become these characters and do not name the file any more.
        for text in [file, name, directory] + words where text.unicodeScalars.contains("\u{FFFD}") { return nil }
        return try? AgentRequest(operation, configuration: file, cluster: name, directory: directory)
    }

    /// A variable that is empty counts as not set.
    private static func set(_ name: String, _ variable: (String) -> String?) -> String? {
        variable(name).flatMap { $0.isEmpty ? nil : $0 }
    }
}
