/// What the repositories said when they were asked for one WAL file, and what follows from it.
///
/// PostgreSQL takes "missing" for the end of the archive and opens the database there, so the word is only passed on
/// when every repository has said it of itself (access/transam/xlogarchive.c, `RestoreArchivedFile`; backup.sgml).
package struct RepositoryAnswers: Sendable {
    /// One repository's answer.
    package enum Answer: Sendable {
        /// The store said: no such object.
        case missing
        /// Anything else that is not the object.
        case trouble(OperationError)
    }

    /// What follows from all the answers.
    package enum Verdict: Sendable {
        case missing
        case trouble(OperationError)
    }

    private var answers: [(repository: String, answer: Answer)] = []

    package init() {}

    package mutating func add(_ answer: Answer, from repository: String) {
        answers.append((repository, answer))
    }

    /// Missing only when there was at least one answer and every one was "missing"; otherwise the first trouble, with
    /// all repositories' answers named. Trouble that may pass goes first: as long as there is some, asking again helps.
    package var verdict: Verdict {
        guard !answers.isEmpty else { return .trouble(Self.nobodyAsked) }
        let troubles = answers.compactMap { entry in
            if case .trouble(let error) = entry.answer { error } else { nil }
        }
        guard let error = troubles.first(where: { !$0.isPermanent }) ?? troubles.first else { return .missing }
        let notes = answers.map { Self.note($0.repository, $0.answer) }
        return .trouble(answers.count == 1 ? error : error.noting(notes.joined(separator: "; ")))
    }

    private static func note(_ repository: String, _ answer: Answer) -> String {
        switch answer {
        case .missing: "repository \"\(repository)\" does not have it"
        case .trouble(let error): "repository \"\(repository)\": \(error.cause)"
        }
    }

    private static let nobodyAsked = OperationError(
        .configuration, operation: "fetch", object: "", cause: "no repository is configured")
}
