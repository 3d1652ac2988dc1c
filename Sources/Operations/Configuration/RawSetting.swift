/// A value as it was found, before its key's kind is known to fit.
struct RawSetting: Equatable {
    enum Value: Equatable {
        /// One value of the file.
        case scalar(ConfigurationEntry.Kind, String)
        /// An array of the file.
        case list([Item])
        /// An environment variable: no types, lists separated by commas.
        case words(String)
    }

    struct Item: Equatable {
        let kind: ConfigurationEntry.Kind
        let text: String
    }

    var value: Value
    let origin: ConfigurationProblem.Origin
}

/// All that was said about one section, from wherever.
struct RawSection: Equatable {
    let section: ConfigurationKey.Section
    /// Empty when the section has no name of its own.
    let name: String
    /// Its heading in the file, or the first variable that named it.
    let origin: ConfigurationProblem.Origin
    var settings: [String: RawSetting] = [:]

    /// `[repository.offsite]`, as the file would head it.
    var heading: String { section.isNamed ? "[\(section.rawValue).\(name)]" : "[\(section.rawValue)]" }
}

/// The sections in the order in which they are to be used: as in the file, then as in the sorted environment.
struct RawSections: Equatable {
    var sections: [RawSection] = []
    var problems: [ConfigurationProblem] = []

    /// The place of a section, which is made when there is none.
    mutating func place(
        _ section: ConfigurationKey.Section, _ name: String, origin: ConfigurationProblem.Origin
    ) -> Int {
        if let known = sections.firstIndex(where: { $0.section == section && $0.name == name }) { return known }
        sections.append(RawSection(section: section, name: name, origin: origin))
        return sections.count - 1
    }

    mutating func report(_ origin: ConfigurationProblem.Origin, _ message: String, hint: String? = nil) {
        problems.append(ConfigurationProblem(origin, message, hint: hint))
    }
}
