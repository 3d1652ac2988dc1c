import Operations
import Testing
import trunkline

/// docs/CONFIGURATION.md against the key table.
@Suite struct ConfigurationDocumentTests {
    /// The columns that the table decides; a fifth one explains.
    private static func columns(_ key: ConfigurationKey) -> String {
        "| `\(key.name)` | \(key.documentedKind) | \(key.documentedDefault) | `\(key.variable)` | "
    }

    @Test(arguments: ConfigurationKey.Section.allCases)
    func everyKeyHasItsRow(_ section: ConfigurationKey.Section) throws {
        let rows = try Documents.text("CONFIGURATION.md").split(separator: "\n").filter { $0.hasPrefix("| `") }
        for key in ConfigurationKeys.section(section) {
            let row = rows.first { $0.hasPrefix(Self.columns(key)) }
            #expect(row != nil, "missing: \(Self.columns(key))")
            #expect((row?.dropFirst(Self.columns(key).count).count ?? 0) > 10, "no explanation of \(key.name)")
        }
        let known = ConfigurationKeys.all.map(Self.columns)
        for row in rows { #expect(known.contains { row.hasPrefix($0) }, "not in the table: \(row)") }
    }

    @Test func theExampleIsAConfiguration() throws {
        let text = try Documents.text("CONFIGURATION.md")
        let blocks = text.components(between: "```toml\n", and: "```")
        #expect(!blocks.isEmpty)
        for block in blocks { #expect(Reading.complaints(block) == [], "\(block)") }
    }
}

extension String {
    fileprivate func components(between start: String, and end: String) -> [String] {
        split(separator: start).dropFirst().compactMap { $0.split(separator: end).first.map(String.init) }
    }
}
