internal import Operations

/// A command line that was understood.
package struct Invocation: Equatable, Sendable {
    package let verb: Verb
    package let operands: [String]
    /// Values by option, in the order in which they were given; a switch has one empty value.
    let options: [String: [String]]

    package func has(_ option: String) -> Bool { options[option] != nil }

    package func value(_ option: String) -> String? { options[option]?.first }

    package func values(_ option: String) -> [String] { options[option] ?? [] }
}

/// What the command line asks for.
package enum Request: Equatable, Sendable {
    case run(Invocation)
    /// Help about a verb, or about everything.
    case help(Verb?)
    case version
}

/// Everything that is wrong with a command line, reported together.
package struct UsageError: Error, Equatable, Sendable {
    package struct Problem: Equatable, Sendable {
        package let message: String
        package var hint: String?
    }

    /// Never empty.
    package let problems: [Problem]
    /// The verb whose help would be of use.
    package let verb: Verb?
}

/// Reads command lines: long options anywhere, `--name=value` or `--name value`, no abbreviations, no repeats unless
/// the table says so; `--` ends the options. What stands behind the verb is read with the verb's own options.
package struct Arguments {
    private var words: [String] = []
    private var given: [(rule: OptionRule, value: String)] = []
    private var unknown: [String] = []
    private var problems: [UsageError.Problem] = []

    /// - Parameter arguments: without the name of the program.
    package static func parse(_ arguments: [String]) throws(UsageError) -> Request {
        var parser = Arguments()
        parser.scan(arguments)
        return try parser.request()
    }

    /// The verb that the words begin with, whatever is wrong with the rest.
    package static func verb(_ arguments: [String]) -> Verb? {
        var parser = Arguments()
        parser.scan(arguments)
        return parser.matchedVerb
    }

    /// Sorts the arguments into words and options, without a thought about what belongs together.
    private mutating func scan(_ arguments: [String]) {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            if argument == "--" {
                words += rest
                return
            }
            if argument == "-h" {
                take("help", nil, &rest)
            } else if argument.hasPrefix("--") {
                let body = argument.dropFirst(2)
                let name = body.prefix { $0 != "=" }
                let value = name.endIndex == body.endIndex ? nil : String(body[body.index(after: name.endIndex)...])
                take(String(name), value, &rest)
            } else if argument.hasPrefix("-") && argument != "-" {
                unknown.append(argument)
            } else {
                words.append(argument)
            }
        }
    }

    private mutating func take(_ name: String, _ value: String?, _ rest: inout ArraySlice<String>) {
        guard let rule = CommandTable.option(name, behind: matchedVerb) else { return unknown.append("--\(name)") }
        switch (rule.value, value) {
        case (nil, nil): given.append((rule, ""))
        case (nil, _?): report("--\(name) takes no value")
        case (_?, let value?):
            if value.isEmpty { report("--\(name) has an empty value") } else { given.append((rule, value)) }
        case (let placeholder?, nil):
            // A value may begin with two hyphens only behind an equals sign.
            guard let next = rest.first, !next.hasPrefix("--"), !next.isEmpty else {
                return report("--\(name) needs a value: --\(name) \(placeholder)")
            }
            rest.removeFirst()
            given.append((rule, next))
        }
    }

    private mutating func report(_ message: String, hint: String? = nil) {
        problems.append(UsageError.Problem(message: message, hint: hint))
    }

    private var matchedVerb: Verb? {
        Verb.allCases.first { words.starts(with: $0.words) && !isMistakenForFetch($0) }
    }

    /// "wal prefetch %f %p" as restore_command is a mistake for "wal fetch", and its success would end recovery. The
    /// prefetcher itself is given an absolute path where the other has a file's name.
    private func isMistakenForFetch(_ verb: Verb) -> Bool {
        let first = words.dropFirst(verb.words.count).first
        return verb == .walPrefetch && first?.hasPrefix("/") == false
    }

    private mutating func request() throws(UsageError) -> Request {
        let wantsHelp = given.contains { $0.rule.name == CommandTable.helpName }
        let wantsVersion = given.contains { $0.rule.name == CommandTable.versionName && $0.rule.printsOnly }
        let verb = matchedVerb
        if let verb {
            check(CommandTable.rule(verb))
        } else if wantsHelp || wantsVersion {
            checkVerbless(wantsHelp)
        } else {
            reportMissingVerb()
            for option in unknown { reportUnknown(option, among: CommandTable.optionNames, of: "trunkline") }
        }
        if !problems.isEmpty { throw UsageError(problems: problems, verb: verb) }
        if wantsHelp { return .help(verb) }
        guard let verb else { return .version }
        let options = Dictionary(grouping: given, by: \.rule.name).mapValues { $0.map(\.value) }
        return .run(Invocation(verb: verb, operands: Array(words.dropFirst(verb.words.count)), options: options))
    }

    /// Reports everything that does not fit `rule`.
    private mutating func check(_ rule: CommandRule) {
        let names = rule.options.map(\.name)
        for option in unknown { reportUnknown(option, among: names, of: "\"\(rule.verb.rawValue)\"") }
        var seen: Set<String> = []
        for (option, _) in given {
            guard let known = rule.options.first(where: { $0.name == option.name }) else {
                reportUnknown("--\(option.name)", among: names, of: "\"\(rule.verb.rawValue)\"")
                continue
            }
            if known.value != nil && option.value == nil {
                report("--\(option.name) stands behind \"\(rule.verb.rawValue)\", where it takes a value")
            }
            if !seen.insert(option.name).inserted && !known.repeats { report("--\(option.name) is given twice") }
        }
        checkOperands(rule, printsOnly: given.first { $0.rule.printsOnly }?.rule.name)
    }

    private mutating func checkOperands(_ rule: CommandRule, printsOnly: String?) {
        let operands = words.dropFirst(rule.verb.words.count)
        if let printsOnly {
            // Success of archive_command means "stored": nothing that only prints may succeed with a file's name.
            if !operands.isEmpty {
                report("--\(printsOnly) stands alone, found \"\(operands.joined(separator: " "))\"")
            }
            return
        }
        if operands.contains("") { report("an operand is empty") }
        // What follows an unknown option may be its value: then the count says nothing.
        guard unknown.isEmpty else { return }
        for operand in operands.dropFirst(rule.operands.count) { report("\"\(operand)\" is one operand too many") }
        let least = rule.operands.count - rule.optionalOperands
        if operands.count < least {
            let missing = rule.operands[operands.count..<least].joined(separator: " and ")
            report("\"\(rule.verb.rawValue)\" needs \(missing)")
        }
    }

    private mutating func checkVerbless(_ wantsHelp: Bool) {
        for option in unknown { reportUnknown(option, among: [], of: "trunkline") }
        for (option, _) in given where !option.printsOnly {
            reportUnknown("--\(option.name)", among: [], of: "trunkline without a verb")
        }
        // "trunkline wal --help" asks about a group of verbs, which the overview explains.
        let isGroup = words.count == 1 && Verb.allCases.contains { $0.words.first == words[0] }
        if !words.isEmpty && !(wantsHelp && isGroup) { reportMissingVerb() }
    }

    private mutating func reportMissingVerb() {
        guard let first = words.first else { return report("there is no verb", hint: "Try \"trunkline --help\".") }
        let known = Verb.allCases.filter { !$0.isInternal }
        let group = known.filter { $0.words.first == first && $0.words.count > 1 }.map { $0.words[1] }
        guard !group.isEmpty else {
            let firsts = Verb.allCases.map { $0.words[0] }
            let hint = Spelling.hint(for: first, among: firsts) ?? "Try \"trunkline --help\"."
            return report("there is no verb \"\(first)\"", hint: hint)
        }
        let all = group.map { "\"\(first) \($0)\"" }.joined(separator: ", ")
        guard words.count > 1 else { return report("\"\(first)\" needs a second word", hint: "There are \(all).") }
        let hint = Spelling.nearest(to: words[1], among: group).map { "Did you mean \"\(first) \($0)\"?" }
        report("there is no verb \"\(first) \(words[1])\"", hint: hint ?? "There are \(all).")
    }

    private mutating func reportUnknown(_ option: String, among names: [String], of whom: String) {
        let near = Spelling.nearest(to: String(option.drop { $0 == "-" }), among: names)
        report("\(whom) has no option \(option)", hint: near.map { "Did you mean --\($0)?" })
    }
}
