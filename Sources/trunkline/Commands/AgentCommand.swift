internal import Format
internal import Operations
internal import Platform

/// `trunkline agent`.
enum AgentCommand {
    /// Signals it answers.
    private static let signals: [Signal] = [.terminate, .interrupt, .quit, .hangUp]
    /// systemd wants to hear at half of what it says (sd_watchdog_enabled(3)); without it nothing is to be done.
    private static let watchdogShare = 0.5
    private static let idleSeconds = 60.0

    static func run(_ context: CommandContext) throws(CommandFailure) -> ExitCode {
        let configuration = try context.configuration()
        if context.invocation.has("explain-memory") {
            let sum = try context.operation { () throws(OperationError) in
                try Agent.explainMemory(configuration, environment: context.environment)
            }
            context.console.result(sum.text)
            return .success
        }
        // Before there is a thread: all of them inherit it.
        Signals.blockAll()
        let manager = ServiceManager(environment: context.environment)
        let metrics = registry()
        let host = AgentHost(try agent(context, configuration, metrics))
        let server = AgentServer(
            try context.operation { () throws(OperationError) in try listener(configuration, manager) },
            metrics: metrics, say: say(context.console)
        ) { host.answers }
        do throws(OperationError) {
            try host.agent.begin()
            do throws(PlatformError) { try server.begin() } catch { throw OperationError(error) }
        } catch {
            // Their threads would be waited for.
            server.end()
            _ = host.end()
            throw .operation(error)
        }
        let page = metricsServer(context.console, configuration, host, metrics)
        context.console.notice("the agent listens at \(configuration.agent.socket)")
        manager.ready()
        serve(context, host, manager, metrics)
        _ = consume page
        return end(context.console, host, server, manager)
    }

    /// Nil where the configuration wants none, or it cannot be had: archiving does not hang on it.
    private static func metricsServer(
        _ console: Console, _ configuration: Configuration, _ host: AgentHost, _ metrics: MetricsRegistry
    ) -> MetricsServer? {
        guard let address = configuration.agent.metrics else { return nil }
        do throws(OperationError) {
            let server = try MetricsServer(
                at: address,
                text: {
                    host.agent.sample()
                    return metrics.text
                }, troubles: { host.agent.troubles })
            console.notice("metrics are at http://\(server.address)/metrics")
            return server
        } catch {
            console.warning("there will be no metrics: \(error)")
            if let hint = error.hint { console.hint(hint) }
            return nil
        }
    }

    private static func registry() -> MetricsRegistry {
        let metrics = MetricsRegistry()
        metrics.set(.buildInfo, 1, Version.number)
        metrics.set(.agentStart, Double(Clock.now().seconds))
        metrics.set(.agentConnections, 0)
        return metrics
    }

    private static func agent(
        _ context: CommandContext, _ configuration: Configuration, _ metrics: MetricsRegistry
    ) throws(CommandFailure) -> Agent {
        let only = context.invocation.value("cluster")
        let cluster = only == nil ? nil : try context.cluster(of: configuration).name
        return try context.operation { () throws(OperationError) in
            try Agent(
                configuration, only: cluster, environment: context.environment, metrics: metrics,
                say: say(context.console))
        }
    }

    private static func listener(
        _ configuration: Configuration, _ manager: ServiceManager
    ) throws(OperationError) -> LocalListener {
        do throws(PlatformError) {
            if let number = manager.listenDescriptors.first { return try .adopt(descriptor: number) }
            return try .bind(path: configuration.agent.socket)
        } catch {
            let hint: String? =
                switch error.errno {
                case .addressInUse: "Another agent listens there: one agent serves all clusters of a configuration."
                case .noSuchFile: "Make its directory, or set socket in [agent]."
                default: nil
                }
            throw OperationError(error, doing: "listen at", hint: hint)
        }
    }

    /// Until a signal says that it is over.
    private static func serve(
        _ context: CommandContext, _ host: AgentHost, _ manager: ServiceManager, _ metrics: MetricsRegistry
    ) {
        let pause = manager.watchdogSeconds.map { $0 * watchdogShare } ?? idleSeconds
        while true {
            switch Signals.wait(for: signals, until: .after(seconds: pause)) {
            case nil:
                host.agent.proveAlive()
                manager.watchdog()
            case .hangUp: reload(context, host, manager, metrics)
            default: return
            }
        }
    }

    /// A configuration that cannot be used changes nothing.
    private static func reload(
        _ context: CommandContext, _ host: AgentHost, _ manager: ServiceManager, _ metrics: MetricsRegistry
    ) {
        manager.reloading()
        defer { manager.ready() }
        do throws(CommandFailure) {
            let configuration = try context.configuration()
            let before = host.agent.configuration.agent
            if before.socket != configuration.agent.socket || before.metrics != configuration.agent.metrics {
                context.console.warning("another socket or metrics address counts after a restart only")
            }
            let next = try agent(context, configuration, metrics)
            try context.operation { () throws(OperationError) in try next.begin() }
            host.replace(by: next)
            context.console.notice("the configuration was read again")
        } catch {
            error.report(context.console)
            context.console.warning("the agent goes on with the configuration it has")
        }
    }

    private static func end(
        _ console: Console, _ host: AgentHost, _ server: AgentServer, _ manager: ServiceManager
    ) -> ExitCode {
        manager.stopping()
        console.notice("the agent ends")
        guard host.end() else {
            console.warning("something hangs that cannot be given up; what it was about will be archived again")
            Process.exit(ExitCode.success.rawValue)
        }
        server.end()
        return .success
    }

    private static func say(_ console: Console) -> AgentSay {
        { note in
            switch note {
            case .notice(let text): console.notice(text)
            case .warning(let text): console.warning(text)
            case .failure(let error): console.error("\(error)", hint: error.hint)
            }
        }
    }
}
