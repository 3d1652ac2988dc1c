import Foundation
import Testing

/// `trunkline metrics` where there is nothing to tell of; Tests/EndToEnd/test_metrics.py has the rest.
@Suite struct MetricsCommandTests {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
        _ = try scratch.file(
            "trunkline.toml",
            """
            [cluster.main]
            pgdata = "\(scratch.path)/data"
            [cluster.other]
            [repository.local]
            url = "file://\(scratch.path)/repository"
            [encryption]
            mode = "none"
            """)
    }

    private func transcript(_ words: String) -> String {
        let arguments = (words + " --config DIR/trunkline.toml").replacing("DIR", with: scratch.path)
        let text = Transcript.of(arguments.split(separator: " ").map(String.init))
        let plain = text.replacing(scratch.path, with: "DIR").replacing(/(timestamp_seconds\S*) [0-9.]+/) {
            "\($0.output.1) TIME"
        }
        return "$ trunkline \(words)\n\(plain)"
    }

    @Test func whatIsSaid() throws {
        let words = [
            "metrics", "metrics --cluster other", "metrics --output DIR/nowhere/trunkline.prom", "metrics --output",
            "metrics main", "metrics --json",
        ]
        try Snapshot.check("metrics.txt", words.map(transcript).joined(separator: "\n"))
    }

    @Test func aFileIsWrittenForEverybody() throws {
        let file = "\(scratch.path)/trunkline.prom"
        let text = transcript("metrics --cluster other --output \(file)")
        #expect(!text.contains("> "), "\(text)")
        let told = try String(contentsOfFile: file, encoding: .utf8)
        #expect(told.contains("trunkline_repository_up{cluster=\"other\",repository=\"local\"} 0\n"))
        let attributes = try FileManager.default.attributesOfItem(atPath: file)
        #expect(attributes[.posixPermissions] as? Int == 0o644)
    }
}
