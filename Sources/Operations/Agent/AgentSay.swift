/// What an agent tells its log.
package enum AgentNote: Sendable {
    case notice(String)
    case warning(String)
    case failure(OperationError)
}

/// Takes a note; called from many threads at once.
package typealias AgentSay = @Sendable (AgentNote) -> Void
