internal import Operations
internal import Platform

/// The agent of the configuration that is in force, and those before it that still end.
final class AgentHost: Sendable {
    private let state: Gate<State>
    private let retired = Crew()

    private struct State: Sendable {
        var current: Agent
        var isEnding = false
    }

    init(_ agent: Agent) {
        state = Gate(State(current: agent))
    }

    var agent: Agent { state.withLock { $0.current } }

    /// Nil while the agent ends.
    var answers: AgentAnswers? {
        state.withLock { $0.isEnding ? nil : AgentAnswers(agent: $0.current) }
    }

    /// Puts `next` in the place of the current one, which begins nothing from then on and ends in the background: what
    /// it has begun it completes.
    func replace(by next: Agent) {
        let last = state.withLock { state in
            defer { state.current = next }
            return state.current
        }
        last.close()
        let body: @Sendable () -> Void = { _ = last.end(until: .after(seconds: last.configuration.agent.stopSeconds)) }
        do throws(PlatformError) {
            try retired.begin(name: "retire", body)
        } catch {
            body()
        }
    }

    /// No request is taken any more; what is under way ends, or is given up at the deadline. False when threads are
    /// left even then.
    func end() -> Bool {
        let agent = state.withLock { state in
            state.isEnding = true
            return state.current
        }
        let isDone = agent.end(until: .after(seconds: agent.configuration.agent.stopSeconds))
        if isDone { retired.join() }
        return isDone
    }
}
