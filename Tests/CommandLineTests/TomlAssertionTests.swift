import Operations
import Testing
import trunkline

/// Texts that break assertions of toml++ 3.3, which must end as any other refusal does.
@Suite struct TomlAssertionTests {
    @Test(arguments: [("[!]", 1), ("[\0", 1), ("x = 1\n\n[/etc]\ny = 2\n", 3), ("[[+]]\n", 1), ("a = 1\n[ é ]", 2)])
    func refusesWithTheLine(text: String, line: Int) {
        let problem = #expect(throws: ConfigurationProblem.self) { try TomlDocument.parse(Array(text.utf8)) }
        #expect(problem?.origin == .line(line))
    }
}
