/// An option: `--name VALUE`, `--name=VALUE`, or just `--name`.
package struct OptionRule: Equatable, Sendable {
    /// Without the hyphens.
    package let name: String
    /// What the value is called in help; nil for a switch.
    package let value: String?
    package let repeats: Bool
    /// Switches that make the command print something and do nothing else; they stand without operands.
    package let printsOnly: Bool

    init(_ name: String, _ value: String? = nil, repeats: Bool = false, printsOnly: Bool = false) {
        self.name = name
        self.value = value
        self.repeats = repeats
        self.printsOnly = printsOnly
    }
}

/// One verb with the words it takes.
package struct CommandRule: Equatable, Sendable {
    package let verb: Verb
    /// The operands by their names in help, in order; the last `optionalOperands` of them may be left out.
    package let operands: [String]
    package let optionalOperands: Int
    package let options: [OptionRule]

    init(_ verb: Verb, operands: [String] = [], optional: Int = 0, options: [OptionRule]) {
        self.verb = verb
        self.operands = operands
        self.optionalOperands = optional
        self.options = options
    }
}

/// The one table of commands: the parser, help and the tests of both follow it.
package enum CommandTable {
    package static let all: [CommandRule] = [
        CommandRule(
            .initialize,
            options: common + [
                OptionRule("pgdata", "DIR"), OptionRule("repository", "URL", repeats: true),
                OptionRule("cluster", "NAME"),
                OptionRule("identity", "FILE"), OptionRule("endpoint", "URL"), OptionRule("region", "NAME"),
            ]),
        CommandRule(
            .keyNew,
            options: [
                OptionRule("output", "FILE"), OptionRule("passphrase"), OptionRule("passphrase-file", "FILE"), help,
            ]),
        CommandRule(
            .keyShow, operands: ["FILE"], optional: 1,
            options: common + [OptionRule("passphrase-file", "FILE")]),
        CommandRule(.walPush, operands: ["PATH"], options: common + [cluster, explainMemory]),
        CommandRule(
            .walFetch, operands: ["NAME", "DEST"], options: common + repositoryOptions + [cluster, explainMemory]),
        CommandRule(
            .walPrefetch, operands: ["DIRECTORY", "TARGET"], options: common + repositoryOptions + [cluster]),
        CommandRule(.walList, options: common + repositoryOptions + [cluster, json]),
        CommandRule(.agent, options: common + [cluster, explainMemory]),
        CommandRule(
            .backup,
            options: common + [
                cluster, explainMemory, json, OptionRule("full"), OptionRule("reread"),
                OptionRule("checkpoint", "KIND"), OptionRule("from-standby"),
                OptionRule("annotation", "KEY=VALUE", repeats: true), OptionRule("jobs", "N"),
                OptionRule("bandwidth", "RATE"),
            ]),
        CommandRule(
            .restore, operands: ["BACKUP"], optional: 1,
            options: common + repositoryOptions + [
                cluster, explainMemory, json, OptionRule("to", "DIR"), OptionRule("target-time", "TIME"),
                OptionRule("target-lsn", "LSN"), OptionRule("target-xid", "XID"), OptionRule("target-name", "NAME"),
                OptionRule("target", "KIND"), OptionRule("target-timeline", "TIMELINE"),
                OptionRule("target-inclusive", "FLAG"), OptionRule("target-action", "ACTION"),
                OptionRule("tablespace", "OLD=NEW", repeats: true), OptionRule("as-standby"), OptionRule("delta"),
                OptionRule("force"), OptionRule("dry-run"), OptionRule("jobs", "N"),
            ]),
        CommandRule(
            .artifactPut, operands: ["NAME"],
            options: common + [
                cluster, OptionRule("content-type", "TYPE"), OptionRule("command", "COMMAND"), json, explainMemory,
            ]),
        CommandRule(
            .artifactGet, operands: ["NAME"],
            options: common + repositoryOptions + [cluster, OptionRule(versionName, "ID")]),
        CommandRule(
            .artifactList, operands: ["NAME"], optional: 1, options: common + repositoryOptions + [cluster, json]),
        CommandRule(.list, options: common + repositoryOptions + [cluster, json]),
        CommandRule(
            .show, operands: ["BACKUP"], options: common + repositoryOptions + [cluster, json, OptionRule("files")]),
        CommandRule(
            .verify, operands: ["BACKUP"], optional: 1,
            options: common + repositoryOptions + [
                cluster, json, OptionRule("wal"), OptionRule("all"), OptionRule("structure"),
                OptionRule("max-age", "DURATION"), OptionRule("sample", "PERCENT"),
            ]),
        CommandRule(.metrics, options: common + [cluster, OptionRule("output", "FILE")]),
        CommandRule(.version, options: [json, help]),
    ]

    package static func rule(_ verb: Verb) -> CommandRule {
        guard let rule = all.first(where: { $0.verb == verb }) else {
            preconditionFailure("\(verb) is not in the table")
        }
        return rule
    }

    /// The option of that name: the verb's own, else that of any command, as a name takes a value everywhere or
    /// nowhere. `--version` alone is a switch before a verb, and may take a value behind one.
    static func option(_ name: String, behind verb: Verb?) -> OptionRule? {
        if let verb, let own = rule(verb).options.first(where: { $0.name == name }) { return own }
        if name == versionName { return OptionRule(versionName, printsOnly: true) }
        return all.lazy.flatMap(\.options).first { $0.name == name }
    }

    /// What stands in for a configuration file with every verb that only reads.
    static let repositoryOptions = [
        OptionRule("repository", "URL"), OptionRule("endpoint", "URL"), OptionRule("region", "NAME"),
        OptionRule("identity", "FILE"),
    ]

    /// The options of all commands.
    static var optionNames: [String] { all.flatMap(\.options).map(\.name) }

    /// Stands without a verb.
    static let versionName = "version"
    static let helpName = "help"

    private static let help = OptionRule(helpName, printsOnly: true)
    private static let cluster = OptionRule("cluster", "NAME")
    private static let json = OptionRule("json")
    private static let explainMemory = OptionRule("explain-memory", printsOnly: true)
    private static let common = [OptionRule("config", "FILE"), help]
}
