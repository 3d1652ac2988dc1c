/// What the agent and its clients agree on beside the frames themselves (docs/AGENT.md is normative).
package enum AgentProtocol {
    /// The version this program speaks; a peer of another one is told so.
    package static let version: UInt16 = 1

    /// Octets of the longest body: the longest path of Linux (4,095) three times over, and room for names. What does
    /// not fit is done without the agent.
    package static let bodyByteCountMax = 16_384

    /// Where the agent listens when nobody says otherwise; below what systemd makes for a RuntimeDirectory.
    package static let defaultSocket = "/run/trunkline/agent.sock"

    /// The variable that names another socket.
    package static let socketVariable = "TRUNKLINE_SOCKET"

    /// How often an agent says that a request is under way.
    package static let workingSeconds = 1.0

    /// How long an agent may be silent before a client goes on without it: several times the above, so that a busy
    /// machine is not mistaken for a dead agent.
    package static let silenceSeconds = 5.0
}
