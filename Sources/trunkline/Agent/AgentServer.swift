internal import Operations
internal import Platform

/// Answers clients on a Unix socket: one thread that accepts, and one for each connection.
final class AgentServer: Sendable {
    private let listener: LocalListener
    private let answers: @Sendable () -> AgentAnswers?
    private let metrics: MetricsRegistry
    private let say: AgentSay
    private let crew = Crew()
    private let state = Gate(State())

    fileprivate struct State: Sendable {
        var open: [Int: Served] = [:]
        var ended: [Served] = []
        var last = 0
        var isOver = false
    }

    /// A connection and the thread that serves it.
    fileprivate struct Served: Sendable {
        let connection: AgentConnection
        let crew: Crew
    }

    /// Clients at once. An archiver and a startup process per server have one each; whoever comes on top is turned away
    /// and does without the agent.
    private static let connectionsMax = 64
    /// After a failure to accept, such as too many open files.
    private static let pauseSeconds = 0.1

    /// - Parameter answers: those of the configuration that is in force; nil while the agent ends.
    init(
        _ listener: consuming LocalListener, metrics: MetricsRegistry, say: @escaping AgentSay,
        answers: @escaping @Sendable () -> AgentAnswers?
    ) {
        self.listener = listener
        self.metrics = metrics
        self.say = say
        self.answers = answers
        for kind in AgentRefusal.Kind.allCases { metrics.begin(.agentDeclined, kind.rawValue) }
    }

    func begin() throws(PlatformError) {
        try crew.begin(name: "accept") { self.accept() }
    }

    /// Takes no further connections, ends those that are idle or waiting, and returns when their threads have ended.
    func end() {
        let open = state.withLock { state in
            state.isOver = true
            return Array(state.open.values)
        }
        listener.wake()
        crew.join()
        for served in open { served.connection.end() }
        for served in open { served.crew.join() }
    }

    private func accept() {
        while !state.withLock({ $0.isOver }) {
            for served in state.withLock({ $0.takeEnded() }) { served.crew.join() }
            do throws(PlatformError) {
                if let socket = try listener.accept(until: .after(seconds: 1)) { take(socket) }
            } catch {
                say(.warning("a client could not be let in: \(error)"))
                Clock.sleep(seconds: Self.pauseSeconds)
            }
        }
    }

    private func take(_ socket: consuming LocalSocket) {
        let connection = AgentConnection(socket, metrics: metrics, answers: answers)
        guard connection.isTrusted else {
            return say(.warning("a client of another user was turned away"))
        }
        let crew = Crew()
        let number: Int? = state.withLock { state in
            guard state.open.count < Self.connectionsMax, !state.isOver else { return nil }
            state.last += 1
            state.open[state.last] = Served(connection: connection, crew: crew)
            return state.last
        }
        guard let number else { return say(.warning("there are too many clients; one was turned away")) }
        metrics.add(.agentConnections)
        do throws(PlatformError) {
            try crew.begin(name: "client/\(number)") {
                connection.serve()
                connection.end()
                self.metrics.add(.agentConnections, -1)
                self.state.withLock { $0.end(number) }
            }
        } catch {
            metrics.add(.agentConnections, -1)
            state.withLock { $0.open[number] = nil }
            say(.warning("a client could not be served: \(error)"))
        }
    }
}

extension AgentServer.State {
    fileprivate mutating func end(_ number: Int) {
        // At the very end `AgentServer.end` joins it.
        guard !isOver, let served = open.removeValue(forKey: number) else { return }
        ended.append(served)
    }

    fileprivate mutating func takeEnded() -> [AgentServer.Served] {
        defer { ended = [] }
        return ended
    }
}
