import Format
import Foundation
import Operations
import Testing
import trunkline

@Suite struct ConfigurationTemplateTests {
    @Test func isReadBackToTheSameMeaning() throws {
        let template = ConfigurationTemplate(
            cluster: "my.db", dataDirectory: "/var/lib/\"odd\"\\päth", stateDirectory: "/state",
            repositories: [
                .init(name: "local", url: "file:///backup"),
                .init(name: "far", url: "s3://bucket/x", endpoint: "https://s3.example.net", region: "eu-west-1"),
            ],
            recipients: ["r1", "r2"], identityFile: "/id", digestKeyFile: "/digest", signingKeyFile: "/sign")
        let text = template.render()
        try Snapshot.check("template-full.toml", text)
        let configuration = try Reading.configuration(text)
        #expect(configuration.clusters.map(\.name.text) == ["my.db"])
        #expect(configuration.clusters.first?.dataDirectory == "/var/lib/\"odd\"\\päth")
        #expect(configuration.clusters.first?.stateDirectory == "/state")
        #expect(configuration.repositories.map(\.url) == ["file:///backup", "s3://bucket/x"])
        #expect(configuration.repositories.last?.s3?.region == "eu-west-1")
        #expect(configuration.encryption.recipients == ["r1", "r2"])
        #expect(configuration.encryption.identityFiles == ["/id"])
        #expect(configuration.encryption.digestKeyFile == "/digest")
        #expect(configuration.encryption.signingKeyFile == "/sign")
        for line in text.split(separator: "\n") { #expect(line.count <= 110, "\(line)") }
    }

    @Test func withoutRecipientsItSaysSo() throws {
        let text = ConfigurationTemplate(
            cluster: "main", dataDirectory: "/data", repositories: [.init(name: "local", url: "file:///b")],
            recipients: []
        ).render()
        try Snapshot.check("template-none.toml", text)
        #expect(try Reading.configuration(text).encryption.mode == .none)
    }

    /// What is commented out are the defaults.
    @Test func theExamplesAreTheDefaults() throws {
        let text = ConfigurationTemplate(
            cluster: "main", dataDirectory: "/data", repositories: [.init(name: "local", url: "file:///b")],
            recipients: ["r"]
        ).render()
        let start = try #require(text.range(of: "# [wal]"))
        let opened =
            text[..<start.lowerBound]
            + text[start.lowerBound...].replacing("# [wal]", with: "[wal]")
            .replacing("\n# ", with: "\n")
        #expect(try Reading.configuration(String(opened)).wal == Reading.configuration(Reading.least).wal)
        #expect(opened.contains("\nlookahead "))
    }
}
