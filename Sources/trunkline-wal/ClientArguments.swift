internal import Format

/// What a command line is to this program.
package enum ClientRequest: Equatable, Sendable {
    /// A question for the agent.
    case ask(ClientInvocation)
    /// Something that only `trunkline wal` with these words can do, or say what is wrong with.
    case handOver([String])
    case help
    case version
    case wrong(String)
}

/// Reads command lines, as far as the agent is concerned: `trunkline` has options that the agent does not, and knows
/// better what is wrong with the others.
package struct ClientArguments {
    private var words: [String] = []
    private var options: [(name: String, value: String)] = []
    private var isHelp = false
    private var isVersion = false
    /// Whether something is for `trunkline` to judge.
    private var isForeign = false
    private var problem: String?
    /// Everything but what `trunkline` has no use for.
    private var others: [String] = []

    private static let socket = "socket"
    private static let valued = ["config", "cluster", socket]

    /// - Parameter arguments: without the name of the program.
    package static func parse(_ arguments: [String]) -> ClientRequest {
        var parser = ClientArguments()
        parser.scan(arguments)
        return parser.request()
    }

    private mutating func scan(_ arguments: [String]) {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            switch argument {
            case "--":
                words += rest
                others += ["--"] + rest
                return
            case "-h", "--help": isHelp = true
            case "--version": isVersion = true
            default:
                if argument.hasPrefix("-") && argument != "-" {
                    take(argument, &rest)
                    continue
                }
                words.append(argument)
            }
            others.append(argument)
        }
    }

    /// One option that has a value, or is not known here.
    private mutating func take(_ argument: String, _ rest: inout ArraySlice<String>) {
        let name = argument.dropFirst(2).prefix { $0 != "=" }
        guard argument.hasPrefix("--"), Self.valued.contains(String(name)) else {
            isForeign = true
            return others.append(argument)
        }
        var value = argument.dropFirst(2 + name.count + 1)
        let isApart = argument.utf8.count == name.utf8.count + 2
        if isApart, let next = rest.first, !next.hasPrefix("--") { value = rest.removeFirst()[...] }
        let isRepeated = options.contains { $0.name == name }
        options.append((String(name), String(value)))
        if name == Self.socket {
            if value.isEmpty { problem = problem ?? "--socket needs a value: --socket PATH" }
            if isRepeated { problem = problem ?? "--socket is given twice" }
        } else {
            if value.isEmpty || isRepeated { isForeign = true }
            others += isApart && !value.isEmpty ? [argument, String(value)] : [argument]
        }
    }

    private func request() -> ClientRequest {
        if let problem { return .wrong(problem) }
        let isAlone = words.count <= 1 && !isForeign
        if isHelp && isAlone { return .help }
        if isVersion && words.isEmpty && !isForeign { return .version }
        switch words.first {
        case "push", "fetch": break
        case let word?: return .wrong("there is no verb \"\(word)\"")
        case nil: return .wrong("there is no verb")
        }
        guard let operation, !isForeign, !isHelp, !isVersion else { return .handOver(others) }
        return .ask(
            ClientInvocation(
                operation: operation, configuration: value("config"), cluster: value("cluster"),
                socket: value(Self.socket), words: others))
    }

    private func value(_ name: String) -> String? { options.first { $0.name == name }?.value }

    /// Nil when the operands are not those of the verb.
    private var operation: AgentRequest.Operation? {
        if words.contains("") { return nil }
        switch (words.first, words.count) {
        case ("push", 2): return .push(path: words[1])
        case ("fetch", 3): return .fetch(name: words[1], target: words[2])
        default: return nil
        }
    }
}
