package import Operations
internal import Platform

/// What `verify --json` says.
package enum VerifyJSON {
    package static func text(
        _ answers: [(repository: String, result: Result<VerifyReport, OperationError>)]
    ) -> JSONText {
        let isFine = answers.allSatisfy { (try? $0.result.get().isFine) ?? false }
        return .object([("fine", .flag(isFine)), ("repositories", .array(answers.map(repository)))])
    }

    private static func repository(
        _ answer: (repository: String, result: Result<VerifyReport, OperationError>)
    ) -> JSONText {
        switch answer.result {
        case .failure(let error):
            return .object([("repository", .string(answer.repository)), ("error", .string("\(error)"))])
        case .success(let report):
            return .object([
                ("repository", .string(report.repository)), ("cluster", .string("\(report.cluster)")),
                ("fine", .flag(report.isFine)), ("level", .string(level(report.level))),
                ("backups", .array(report.backups.map { .string("\($0)") })),
                ("checked", count(report.checked)), ("fresh", count(report.fresh)), ("left", count(report.left)),
                ("never", .number(Int64(report.neverCount))),
                ("oldest", report.oldest.map { .string(UnixTime(seconds: $0 / 1000).iso8601()) } ?? .null),
                ("seed", report.seed.map { .string("\($0)") } ?? .null),
                ("seconds", .decimal(Double(report.milliseconds) / 1000)),
                ("findings", .array(report.findings.map(finding))),
                ("notes", .array(report.notes.map { .string($0) })),
            ])
        }
    }

    private static func level(_ level: VerifyLevel) -> String {
        switch level {
        case .structure: "structure"
        case .content: "content"
        }
    }

    private static func count(_ count: VerifyReport.Count) -> JSONText {
        .object([("objects", .number(Int64(count.objects))), ("bytes", ListJSON.number(count.bytes))])
    }

    private static func finding(_ finding: Finding) -> JSONText {
        .object([
            ("kind", .string(finding.kind.rawValue)), ("object", .string(finding.object)),
            ("cause", .string(finding.cause)), ("backups", .array(finding.backups.map { .string("\($0)") })),
        ])
    }
}
