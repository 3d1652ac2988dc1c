internal import Operations

/// What `init` says at its end: what was made, the lines for postgresql.conf, where to keep the identity.
struct InitReport {
    let file: String
    let made: [String]
    let configuration: Configuration
    let cluster: ClusterConfiguration
    let report: FoundRepositories.Report

    var text: String {
        let version = report.major.map { "PostgreSQL \($0), " } ?? ""
        var lines = ["cluster \(cluster.name): \(version)system identifier \(report.system)"]
        lines += made.map { "made \($0)" }
        lines += configuration.repositories.map { repository in
            let state =
                report.founded.contains(repository.name)
                ? "made" : report.joined.contains(repository.name) ? "exists, has learnt of this system" : "exists"
            return "repository \(repository.name) (\(repository.url)): \(state)"
        }
        return (lines + [""] + settings + [""] + advice).joined(separator: "\n") + "\n"
    }

    private var settings: [String] {
        [
            "Put these lines into postgresql.conf (archive_mode needs a restart):",
            "",
            "  archive_mode = on",
            "  archive_command = '\(command(.push))'",
            "  restore_command = '\(command(.fetch))'",
            "  archive_timeout = 60    # at most this many seconds of WAL are on the server alone",
        ]
    }

    private var advice: [String] {
        guard let identity = configuration.encryption.identityFiles.first else { return [] }
        return [
            "Nothing can be restored without the identity \(identity).",
            "Keep a copy where no fault of this machine reaches it: on paper, in a password store, with a colleague.",
        ]
    }

    private func command(_ deed: ServerCommand.Deed) -> String {
        let name = configuration.clusters.count > 1 ? "\(cluster.name)" : nil
        return RecoverySettings.escaped(ServerCommand.text(deed, of: configuration, file: file, cluster: name))
    }
}
