import Format
import Operations
import Testing
import trunkline

@Suite struct VerifyTests {
    private func report(_ level: VerifyLevel, _ change: (inout VerifyReport) -> Void) -> VerifyReport {
        var report = VerifyReport(
            repository: "local", cluster: Backups.cluster, level: level, backups: [Backups.full.id, Backups.later.id])
        for _ in 0..<165 { report.checked.add(8_000_000) }
        report.milliseconds = 41_000
        report.oldest = 1_795_617_000_123
        change(&report)
        return report
    }

    private var reports: [VerifyReport] {
        [
            report(.content) { _ in },
            report(.structure) { $0.notes = ["1 backup under way or interrupted, the newest is \(Backups.later.id)"] },
            report(.content) { report in
                report.findings = [
                    Finding(
                        .missing, "clusters/main/packs/\(Backups.full.id)/000003",
                        "it is not there, and 2 backups need it", backups: [Backups.full.id, Backups.later.id]),
                    Finding(
                        .damaged, "clusters/main/wal/7710444046919316/00000001/00000000/000000010000000000000004",
                        "message 3 does not open"),
                    Finding(
                        .gap, "000000010000000000000005 - 000000010000000000000007",
                        "3 segments are missing, which ends the recovery window on timeline 1 at 0/5000000",
                        backups: [Backups.full.id]),
                ]
                report.fresh.add(1000)
                for _ in 0..<20 { report.left.add(1 << 20) }
                report.neverCount = 7
                report.seed = 4711
            },
        ]
    }

    @Test func text() throws {
        let text = reports.map { VerifyText($0).text }.joined(separator: "\n")
        try Snapshot.check("verify.txt", text)
        for line in text.split(separator: "\n") { #expect(line.count <= ListReport.columnsMax, "\(line)") }
    }

    @Test func json() throws {
        let failure = OperationError(.unavailable, operation: "list", object: "clusters/", cause: "refused")
        let answers = reports.map {
            (repository: $0.repository, result: Result<VerifyReport, OperationError>.success($0))
        }
        try Snapshot.check(
            "verify.json.txt", VerifyJSON.text(answers + [("offsite", .failure(failure))]).text + "\n")
    }

    /// What is wrong with the options is said before anything is read.
    @Test func wrongOptions() throws {
        let scratch = try Scratch()
        let lines = [
            ["verify", "--all", "latest"], ["verify", "--sample", "0"], ["verify", "--sample", "five"],
            ["verify", "--sample=101%"], ["verify", "--max-age", "soon"], ["show"], ["list", "latest"],
        ]
        let text = lines.map { line in
            "$ trunkline \(line.joined(separator: " "))\n\(Transcript.of(line).replacing(scratch.path, with: "DIR"))"
        }
        try Snapshot.check("catalog-usage.txt", text.joined(separator: "\n"))
    }
}
