extension RawSections {
    /// Takes in every variable that belongs to the configuration; it wins over the file.
    mutating func add(environment: [String: String]) {
        let prefix = EnvironmentNames.prefix
        let variables = environment.filter { $0.key.hasPrefix(prefix) && !$0.value.isEmpty }
        for (variable, text) in variables.sorted(by: { $0.key < $1.key })
        where !EnvironmentNames.globals.contains(variable) {
            add(variable, rest: variable.dropFirst(prefix.count), text)
        }
    }

    private mutating func add(_ variable: String, rest: Substring, _ text: String) {
        for section in ConfigurationKey.Section.allCases {
            let word = EnvironmentNames.word(section.rawValue) + "_"
            if rest.hasPrefix(word) { return add(variable, section, rest.dropFirst(word.count), text) }
        }
        // Others may own the rest of the prefix: Kubernetes sets TRUNKLINE_SERVICE_HOST for a service of that name.
        guard let near = Spelling.nearest(to: variable, among: EnvironmentNames.globals) else { return }
        if Spelling.distance(Array(variable.utf8), Array(near.utf8)) <= 2 {
            report(.variable(variable), "unknown variable", hint: "Did you mean \(near)?")
        }
    }

    private mutating func add(
        _ variable: String, _ section: ConfigurationKey.Section, _ rest: Substring, _ text: String
    ) {
        // The longest first: SECRET_ACCESS_KEY_FILE is not the key "file" of some repository.
        let keys = ConfigurationKeys.section(section).sorted { $0.name.utf8.count > $1.name.utf8.count }
        let found = keys.first { key in
            section.isNamed
                ? rest.hasSuffix("_" + key.variableSuffix) && rest.utf8.count > key.variableSuffix.utf8.count + 1
                : rest == key.variableSuffix
        }
        guard let key = found else { return reportUnknown(variable, section) }
        let origin = ConfigurationProblem.Origin.variable(variable)
        guard let name = name(section, rest.dropLast(key.variableSuffix.utf8.count + 1), origin) else { return }
        let index = place(section, name, origin: origin)
        sections[index].settings[key.name] = RawSetting(value: .words(text), origin: origin)
    }

    private mutating func reportUnknown(_ variable: String, _ section: ConfigurationKey.Section) {
        guard section.isNamed else {
            let known = ConfigurationKeys.section(section).map(\.variable)
            let near = Spelling.nearest(to: variable, among: known)
            return report(.variable(variable), "unknown variable", hint: near.map { "Did you mean \($0)?" })
        }
        let example = ConfigurationKeys.section(section)[0].variable
        report(.variable(variable), "unknown variable", hint: "Such variables are written like \(example).")
    }

    /// The section that a variable's `OFF_SITE` means: a known one, else a new one.
    private mutating func name(
        _ section: ConfigurationKey.Section, _ word: Substring, _ origin: ConfigurationProblem.Origin
    ) -> String? {
        guard section.isNamed else { return "" }
        let known = sections.filter { $0.section == section && EnvironmentNames.word($0.name) == word }
        if known.count > 1 {
            let names = known.map { "\"\($0.name)\"" }.joined(separator: " and ")
            report(origin, "\(names) have the same name here", hint: "Rename one of them.")
            return nil
        }
        let name = known.first?.name ?? EnvironmentNames.name(word)
        guard ConfigurationName.isValid(name) else {
            report(origin, "\"\(name)\" is not a name for a \(section.rawValue)", hint: ConfigurationName.rule)
            return nil
        }
        return name
    }
}
