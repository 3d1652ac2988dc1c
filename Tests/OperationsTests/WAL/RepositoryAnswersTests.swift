import Operations
import Testing

@Suite struct RepositoryAnswersTests {
    private static let passing = OperationError(.unavailable, operation: "read", object: "x", cause: "no connection")
    private static let lasting = OperationError(.damaged, operation: "open", object: "x", cause: "a bad message")

    /// `-` is missing, `t` trouble that may pass, `d` damage; the verdict in the same letters.
    @Test(arguments: [
        ("", "t"), ("-", "-"), ("--", "-"), ("---", "-"), ("t", "t"), ("d", "d"), ("t-", "t"), ("-t", "t"),
        ("--t", "t"), ("d-", "d"), ("-d", "d"), ("td", "t"), ("dt", "t"), ("d-t", "t"), ("dd", "d"),
    ])
    func onlyAllMissingIsMissing(given: String, verdict: String) {
        var answers = RepositoryAnswers()
        for (number, letter) in given.enumerated() {
            switch letter {
            case "-": answers.add(.missing, from: "r\(number)")
            case "t": answers.add(.trouble(Self.passing), from: "r\(number)")
            default: answers.add(.trouble(Self.lasting), from: "r\(number)")
            }
        }
        switch answers.verdict {
        case .missing: #expect(verdict == "-")
        case .trouble(let error): #expect(verdict == (error.code == .damaged ? "d" : "t"))
        }
    }

    @Test func troubleNamesWhatEveryRepositorySaid() {
        var answers = RepositoryAnswers()
        answers.add(.missing, from: "local")
        answers.add(.trouble(Self.passing), from: "offsite")
        guard case .trouble(let error) = answers.verdict else {
            Issue.record("not trouble")
            return
        }
        #expect(
            error.cause == """
                no connection (repository "local" does not have it; repository "offsite": no connection)
                """)
    }

    @Test func nobodyAskedIsTrouble() {
        guard case .trouble(let error) = RepositoryAnswers().verdict else {
            Issue.record("not trouble")
            return
        }
        #expect(error.code == .configuration)
    }
}
