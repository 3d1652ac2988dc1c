extension RawSections {
    /// Takes in the entries of the file; what does not belong anywhere is reported.
    mutating func add(_ entries: [ConfigurationEntry]) {
        // Repositories are asked in the order of the file, while the parser sorts its tables.
        for entry in entries.sorted(by: { ($0.line, $0.column) < ($1.line, $1.column) }) {
            add(entry)
        }
    }

    private mutating func add(_ entry: ConfigurationEntry) {
        let origin = ConfigurationProblem.Origin.line(entry.line)
        guard let section = ConfigurationKey.Section(rawValue: entry.path[0]) else {
            if entry.path.count == 1, entry.element == nil { reportUnknownSection(entry, origin) }
            return
        }
        let depth = section.isNamed ? 3 : 2
        switch entry.path.count {
        case depth: addKey(entry, section, section.isNamed ? entry.path[1] : "", origin)
        case 1..<depth where entry.element == nil: addHeading(entry, section, origin)
        // Deeper entries belong to a table in a value's place, which has been reported.
        default: break
        }
    }

    private mutating func reportUnknownSection(
        _ entry: ConfigurationEntry, _ origin: ConfigurationProblem.Origin
    ) {
        let name = entry.path[0]
        guard entry.kind == .table || entry.kind == .array else {
            return report(origin, "key \"\(name)\" stands outside of a section", hint: Self.hint(forStray: name))
        }
        let sections = ConfigurationKey.Section.allCases.map(\.rawValue)
        report(origin, "unknown section [\(name)]", hint: Spelling.hint(for: name, among: sections))
    }

    private static func hint(forStray name: String) -> String? {
        let home = ConfigurationKeys.all.first { $0.name == name }
        return home.map {
            $0.section.isNamed
                ? "It belongs in [\($0.section.rawValue).NAME]." : "It belongs in [\($0.section.rawValue)]."
        }
    }

    /// `[wal]`, `[repository.NAME]`, or the `[repository]` above it that toml++ makes by itself.
    private mutating func addHeading(
        _ entry: ConfigurationEntry, _ section: ConfigurationKey.Section, _ origin: ConfigurationProblem.Origin
    ) {
        let heading = section.isNamed ? "[\(section.rawValue).NAME]" : "[\(section.rawValue)]"
        guard entry.kind == .table else {
            let found = entry.path.joined(separator: ".")
            return report(origin, "\"\(found)\" is \(entry.kind.noun), expected the section \(heading)")
        }
        guard section.isNamed, entry.path.count == 2 else { return }
        guard ConfigurationName.isValid(entry.path[1]) else {
            return report(
                origin, "\"\(entry.path[1])\" is not a name for a \(section.rawValue)", hint: ConfigurationName.rule)
        }
        _ = place(section, entry.path[1], origin: origin)
    }

    private mutating func addKey(
        _ entry: ConfigurationEntry, _ section: ConfigurationKey.Section, _ name: String,
        _ origin: ConfigurationProblem.Origin
    ) {
        if section.isNamed && !ConfigurationName.isValid(name) { return }
        let key = entry.path[entry.path.count - 1]
        let known = ConfigurationKeys.section(section).map(\.name)
        let index = place(section, name, origin: origin)
        guard known.contains(key) else {
            if entry.element == nil {
                report(
                    origin, "unknown key \"\(key)\" in \(sections[index].heading)",
                    hint: Spelling.hint(for: key, among: known))
            }
            return
        }
        sections[index].add(entry, to: key, origin)
    }
}

extension RawSection {
    /// Sets the value of `key`, or appends the element of its array.
    fileprivate mutating func add(
        _ entry: ConfigurationEntry, to key: String, _ origin: ConfigurationProblem.Origin
    ) {
        guard entry.element != nil else {
            let value: RawSetting.Value = entry.kind == .array ? .list([]) : .scalar(entry.kind, entry.text)
            settings[key] = RawSetting(value: value, origin: origin)
            return
        }
        guard case .list(let items)? = settings[key]?.value else { return }
        settings[key]?.value = .list(items + [RawSetting.Item(kind: entry.kind, text: entry.text)])
    }
}
