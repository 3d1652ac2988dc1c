package import Operations
internal import Platform

/// What came out of `verify` for one repository, for a person: the verdict first, then every finding, then the numbers.
package struct VerifyText {
    private let report: VerifyReport

    package init(_ report: VerifyReport) { self.report = report }

    package var text: String {
        let lines = findings + numbers + report.notes.map { "note: \($0)" }
        return ([head] + lines.map { "  \($0)" }).joined(separator: "\n") + "\n"
    }

    private var head: String {
        let name = "repository \(report.repository), cluster \(report.cluster)"
        guard report.isFine else { return "\(name): \(Amount.count(report.findings.count, "finding").uppercased())" }
        return report.level == .content ? "\(name): fine" : "\(name): the structure is fine"
    }

    private var findings: [String] {
        report.findings.flatMap { finding in
            var lines = ["\(Self.word(finding.kind))  \(finding.object)", "  \(finding.cause)"]
            if !finding.backups.isEmpty {
                let names = finding.backups.prefix(Self.backupsMax).map { "\($0)" }.joined(separator: ", ")
                let more = finding.backups.count - Self.backupsMax
                lines.append("  backups: \(names)\(more > 0 ? " and \(more) more" : "")")
            }
            return lines
        }
    }

    /// Two fit into a line of a hundred columns; the rest is in the JSON.
    private static let backupsMax = 3

    private static func word(_ kind: Finding.Kind) -> String {
        switch kind {
        case .missing: "MISSING"
        case .damaged: "DAMAGED"
        case .locked: "LOCKED"
        case .gap: "GAP"
        case .unreferenced: "UNREFERENCED"
        }
    }

    private var numbers: [String] {
        let verb = report.level == .content ? "read and opened" : "looked at"
        let bytes = report.level == .content ? " with \(Amount.bytes(report.checked.bytes))" : ""
        let seconds = Amount.duration(Double(report.milliseconds) / 1000)
        var lines = ["\(verb) \(Amount.count(report.checked.objects, "object"))\(bytes) in \(seconds)"]
        if report.level == .structure {
            lines.append("only the structure was verified: names, lengths, continuity, trailers; no content was opened")
        }
        if report.fresh.objects > 0 {
            lines.append("skipped \(Self.amount(report.fresh)), verified recently enough")
        }
        if report.left.objects > 0 { lines.append("left out \(Self.amount(report.left)) by the sample\(seed)") }
        if report.neverCount > 0 {
            lines.append("never verified so far: \(Amount.count(report.neverCount, "object"))")
        } else if let oldest = report.oldest {
            lines.append("the oldest check is of \(Amount.time(UnixTime(seconds: oldest / 1000).iso8601()))")
        }
        return lines
    }

    private var seed: String { report.seed.map { " (seed \($0))" } ?? "" }

    private static func amount(_ count: VerifyReport.Count) -> String {
        "\(Amount.count(count.objects, "object")) with \(Amount.bytes(count.bytes))"
    }
}
