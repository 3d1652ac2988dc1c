internal import Format
internal import Operations
internal import Platform

/// What becomes of a client's request: the same words and the same status as without an agent.
struct AgentAnswers: Sendable {
    let agent: Agent

    /// The answer, if it is known without any work.
    func atOnce(_ request: AgentRequest) throws(AgentRefusal) -> AgentReply? {
        try agent.requireConfiguration(request.configuration)
        switch request.operation {
        case .ping: return Self.done
        case .fetch: return nil
        case .push(let path):
            guard let name = try? PushWAL.name(of: path) else { return nil }
            let (service, file) = try agent.service(for: path, in: request.directory, cluster: request.cluster)
            return (try? service.isArchived(name, at: file)) == true ? Self.done : nil
        }
    }

    /// Does what is asked, unless `isAbandoned`: then nobody waits for the answer any more.
    func answer(
        _ request: AgentRequest, isAbandoned: @escaping @Sendable () -> Bool
    ) throws(AgentRefusal) -> AgentReply {
        switch request.operation {
        case .ping: return Self.done
        case .push(let path): return try push(path, request)
        case .fetch(let name, let target):
            let caller = RestoreCaller(arguments: [name, target], in: request.directory)
            let result = try agent.fetch(
                name, to: target, in: request.directory, cluster: request.cluster, caller: FetchCaller(caller),
                isAbandoned: isAbandoned)
            return try reply(.walFetch, caller) { () throws(OperationError) in
                try result.get() == .restored ? .success : .missing
            }
        }
    }

    static let done = AgentReply.finished(exitCode: 0, text: "")

    private func push(_ path: String, _ request: AgentRequest) throws(AgentRefusal) -> AgentReply {
        let (service, file) = try agent.service(for: path, in: request.directory, cluster: request.cluster)
        let caller = RestoreCaller(arguments: [path], in: request.directory)
        return try reply(.walPush, caller) { () throws(OperationError) in
            let deadline = Deadline.after(seconds: agent.configuration.wal.pushDeadlineSeconds)
            try service.push(try PushWAL.name(of: path), at: file, until: deadline)
            return .success
        }
    }

    /// Runs `body` and puts what it came to into the words of the program. An agent that is ending answers nothing:
    /// the client does it by itself.
    private func reply(
        _ verb: Verb, _ caller: RestoreCaller, _ body: () throws(OperationError) -> ExitCode
    ) throws(AgentRefusal) -> AgentReply {
        let words = Gate("")
        let console = Console(isColoured: false) { (_, text) throws(PlatformError) in words.withLock { $0 += text } }
        var outcome: ExitCode
        do throws(OperationError) {
            outcome = try body()
        } catch {
            if agent.isEnding { throw AgentRefusal.ending }
            let failure = CommandFailure.operation(error)
            failure.report(console)
            outcome = failure.exitCode
        }
        outcome = FinalStatus.status(outcome, verb: verb, caller: caller)
        return .finished(exitCode: UInt8(outcome.rawValue), text: words.withLock { $0 })
    }
}
