package import Codec
package import Format
package import Platform

/// The backups of a cluster over all its repositories.
package struct BackupCatalog: Sendable {
    /// A repository that did not answer.
    package struct Absence: Sendable {
        package let repository: String
        package let error: OperationError
    }

    package let cluster: ClusterName
    /// What each repository that answered holds, in their order.
    package let holdings: [RepositoryBackups]
    package let absences: [Absence]
    /// Every backup once, ascending by id. Where repositories disagree about one, the first counts.
    package let backups: [BackupSummary]

    package init(cluster: ClusterName, holdings: [RepositoryBackups], absences: [Absence] = []) {
        self.cluster = cluster
        self.holdings = holdings
        self.absences = absences
        var known: [BackupID: BackupSummary] = [:]
        for summary in holdings.flatMap(\.summaries) where known[summary.id] == nil { known[summary.id] = summary }
        backups = known.values.sorted { $0.id < $1.id }
    }

    /// Asks every repository. Those that do not answer are told in `absences`; throws the first failure when none does.
    package static func read(
        _ cluster: ClusterName, in repositories: [Repository], signers: [Codec.Signer], until deadline: Deadline
    ) throws(OperationError) -> BackupCatalog {
        var holdings: [RepositoryBackups] = []
        var absences: [Absence] = []
        for repository in repositories {
            do throws(OperationError) {
                let patience = repository.patience(deadline)
                holdings.append(
                    try RepositoryBackups.read(cluster, in: repository, signers: signers, until: patience))
            } catch {
                absences.append(Absence(repository: repository.name, error: error))
            }
        }
        if holdings.isEmpty, let first = absences.first { throw first.error }
        return BackupCatalog(cluster: cluster, holdings: holdings, absences: absences)
    }

    /// The repositories that hold this very backup, in their order.
    package func repositories(of summary: BackupSummary) -> [Repository] {
        holdings.filter { $0.summaries.contains(summary) }.map(\.repository)
    }

    /// What the command line calls the newest backup.
    package static let latest = "latest"

    /// The backup that `text` means: `latest`, a whole id, or the beginning of exactly one.
    ///
    /// Throws `noSuchBackup`, and `ambiguousBackup` for the beginning of several.
    package func backup(_ text: String) throws(OperationError) -> BackupSummary {
        guard text != Self.latest else {
            if let newest = backups.last { return newest }
            throw refusal(
                .noSuchBackup, text, "cluster \"\(cluster)\" has no backup", hint: "Run \"trunkline backup\".")
        }
        if let exact = backups.first(where: { "\($0.id)" == text }) { return exact }
        let matching = text.isEmpty ? [] : backups.filter { "\($0.id)".hasPrefix(text) }
        switch matching.count {
        case 1: return matching[0]
        case 0:
            throw refusal(
                .noSuchBackup, text, "no backup of cluster \"\(cluster)\" is called so",
                hint: "Run \"trunkline list\" to see them all.")
        default:
            let names = matching.prefix(Self.namesShownMax).map { "\($0.id)" }.joined(separator: ", ")
            let rest = matching.count > Self.namesShownMax ? " and \(matching.count - Self.namesShownMax) more" : ""
            throw refusal(
                .ambiguousBackup, text, "\(matching.count) backups begin so: \(names)\(rest)",
                hint: "Give more of the name.")
        }
    }

    /// Enough to recognise the one that was meant.
    private static let namesShownMax = 5

    private func refusal(
        _ code: OperationError.Code, _ text: String, _ cause: String, hint: String
    ) -> OperationError {
        // A repository that did not answer may be the one that has it.
        let error = OperationError(code, operation: "find backup", object: text, cause: cause, hint: hint)
        guard !absences.isEmpty else { return error }
        return error.noting("not asked: " + absences.map { "repository \"\($0.repository)\"" }.joined(separator: ", "))
    }
}

extension OperationError.Code {
    /// No backup has this name.
    package static let noSuchBackup = OperationError.Code("no such backup", .noInput)
    /// Several backups begin with this.
    package static let ambiguousBackup = OperationError.Code("ambiguous backup", .noInput)
}
