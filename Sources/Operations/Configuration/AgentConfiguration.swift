package import HTTPServer

/// `[agent]`: how the resident process works.
package struct AgentConfiguration: Equatable, Sendable {
    /// Where clients find it, absolute.
    package let socket: String
    /// At which metrics are served; nil for nowhere.
    package let metrics: ListenAddress?
    /// Bytes that the bound on its memory may come to; how many segments are under way at once follows from it.
    package let memoryBytes: Int
    /// WAL files that a best-effort repository may be behind before they are found by listing.
    package let backlogEntries: Int
    /// How long what is under way may go on after SIGTERM.
    package let stopSeconds: Double

    /// Loopback, as metrics tell about the database; beside the ports that Prometheus lists for exporters.
    static let metricsDefault = "127.0.0.1:9732"
    private static let metricsOff = "off"

    init(_ settings: SectionSettings, problems: inout [ConfigurationProblem]) {
        socket = settings.required(settings.text("socket"), "socket")
        memoryBytes = settings.required(settings.bytes("memory"), "memory")
        backlogEntries = settings.required(settings.number("backlog"), "backlog")
        stopSeconds = settings.required(settings.seconds("stop-deadline"), "stop-deadline")
        let address = settings.required(settings.text("metrics"), "metrics")
        metrics = address == Self.metricsOff ? nil : ListenAddress(address)
        if address != Self.metricsOff, metrics == nil {
            problems.append(
                ConfigurationProblem(
                    settings.origin(of: "metrics"), "\"\(address)\" is not an address with a port",
                    hint: "Write \"127.0.0.1:9732\", \"[::1]:9732\" or \"off\"."))
        }
    }
}
