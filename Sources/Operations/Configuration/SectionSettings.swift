/// One section after its values have been checked; where nobody said anything, the key table's default speaks.
struct SectionSettings {
    let section: ConfigurationKey.Section
    let name: String
    let heading: String
    let origin: ConfigurationProblem.Origin
    private let values: [String: ConfigurationValue]
    private let origins: [String: ConfigurationProblem.Origin]

    /// Values that do not fit are reported, and then count as not set.
    init(_ raw: RawSection, problems: inout [ConfigurationProblem]) {
        var values: [String: ConfigurationValue] = [:]
        for key in ConfigurationKeys.section(raw.section) {
            guard let setting = raw.settings[key.name] else { continue }
            do throws(Misfit) {
                values[key.name] = try key.value(of: setting.value)
            } catch {
                problems.append(ConfigurationProblem(setting.origin, error.message, hint: error.hint))
            }
        }
        self.section = raw.section
        self.name = raw.name
        self.heading = raw.heading
        self.origin = raw.origin
        self.values = values
        self.origins = raw.settings.mapValues(\.origin)
    }

    /// Whether anybody said something about `key`, fitting or not.
    func mentions(_ key: String) -> Bool { origins[key] != nil }

    /// Where `key` was set, or the section's own place.
    func origin(of key: String) -> ConfigurationProblem.Origin { origins[key] ?? origin }

    func text(_ key: String) -> String? {
        guard case .text(let text)? = value(key) else { return nil }
        return text
    }

    func list(_ key: String) -> [String] {
        guard case .list(let items)? = value(key) else { return [] }
        return items
    }

    /// Nil only for keys without a fixed default.
    func flag(_ key: String) -> Bool? {
        guard case .flag(let flag)? = value(key) else { return nil }
        return flag
    }

    func number(_ key: String) -> Int? {
        guard case .number(let number)? = value(key) else { return nil }
        return number
    }

    func bytes(_ key: String) -> Int? {
        guard case .bytes(let bytes)? = value(key) else { return nil }
        return bytes
    }

    func seconds(_ key: String) -> Double? {
        guard case .seconds(let seconds)? = value(key) else { return nil }
        return seconds
    }

    /// For keys that the table gives a default; anything else is a mistake in this target.
    func required<Value>(_ value: Value?, _ key: String) -> Value {
        guard let value else { preconditionFailure("key \"\(key)\" has no default in the table") }
        return value
    }

    private func value(_ key: String) -> ConfigurationValue? {
        guard let known = ConfigurationKeys.section(section).first(where: { $0.name == key }) else {
            preconditionFailure("no key \"\(key)\" in the table")
        }
        return values[key] ?? known.defaultValue
    }
}
