import Testing
import trunkline

@Suite struct HelpTests {
    @Test(arguments: [nil] + Verb.allCases.map(Optional.some))
    func text(_ verb: Verb?) throws {
        let name = verb.map { $0.rawValue.replacing(" ", with: "-") } ?? "overview"
        let text = Help.text(verb)
        try Snapshot.check("help-\(name).txt", text)
        for line in text.split(separator: "\n") { #expect(line.count <= 100, "\(line)") }
        for heading in ["OVERVIEW: ", "\nUSAGE: ", "\nOPTIONS\n", "\nEXIT STATUS\n", "\nEXAMPLES\n"] {
            #expect(text.contains(heading), "\(heading)")
        }
    }

    /// Every option of the table is explained, and nothing else is.
    @Test(arguments: CommandTable.all)
    func agreesWithTheTable(_ rule: CommandRule) {
        let section = options(Help.text(rule.verb))
        for option in rule.options {
            let usage = option.value.map { "--\(option.name) \($0)" } ?? "--\(option.name)"
            #expect(
                section.contains { $0 == usage || $0.hasPrefix(usage + " ") || $0.hasPrefix("-h, \(usage) ") },
                "\(usage)")
        }
        for line in section where line.hasPrefix("-") {
            let name = line.split(separator: " ").first { $0.hasPrefix("--") }?.dropFirst(2) ?? ""
            #expect(rule.options.contains { $0.name == name }, "--\(name)")
        }
        for operand in rule.operands {
            #expect(section.contains { $0.hasPrefix(operand + " ") }, "\(operand)")
        }
    }

    @Test func theOverviewNamesEveryVerb() {
        let lines = Help.text(nil).split(separator: "\n")
        for verb in Verb.allCases {
            #expect(lines.contains { $0.hasPrefix("  \(verb.rawValue) ") } != verb.isInternal, "\(verb.rawValue)")
        }
    }

    /// Exit statuses mentioned anywhere exist.
    @Test(arguments: Verb.allCases)
    func namesOnlyStatusesThatExist(_ verb: Verb) {
        let text = Help.text(verb)
        let section = text.split(separator: "EXIT STATUS\n").last?.split(separator: "\n\n").first ?? ""
        for line in section.split(separator: "\n") {
            guard let number = line.split(separator: " ").first.flatMap({ Int32($0) }) else { continue }
            #expect(ExitCode(rawValue: number) != nil, "\(number)")
        }
    }

    private func options(_ text: String) -> [Substring] {
        let section = text.split(separator: "\nOPTIONS\n").last?.split(separator: "\n\n").first ?? ""
        return section.split(separator: "\n").map { $0.drop { $0 == " " } }
    }
}
