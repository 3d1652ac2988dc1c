import Format
import Operations
import Storage
import TestSupport
import Testing

@testable import Operations

@Suite struct BackupTargetsTests {
    private static let good = WAL.repository(MemoryStore("good"), "good")
    private static let spare = WAL.repository(MemoryStore("spare"), "spare", isRequired: false)

    private static func outcome(_ repository: Repository, _ error: OperationError? = nil) -> RepositoryOutcome {
        RepositoryOutcome(repository: repository, result: error.map { .failure($0) } ?? .success(.created))
    }

    @Test func whatIsThereAlreadyIsASuccess() throws {
        let targets = BackupTargets([Self.good, Self.spare])
        try targets.settle([
            Self.outcome(Self.good), RepositoryOutcome(repository: Self.spare, result: .success(.alreadyExists)),
        ])
        #expect(targets.active.map(\.name) == ["good", "spare"] && targets.warnings.isEmpty)
    }

    @Test func aRequiredOneThatFailsIsAnError() {
        let targets = BackupTargets([Self.good, Self.spare])
        #expect(throws: OperationError.self) { try targets.settle([Self.outcome(Self.good, fault("full"))]) }
        #expect(targets.active.count == 2)
    }

    @Test func aBestEffortOneIsLeftOutOnce() throws {
        let targets = BackupTargets([Self.good, Self.spare])
        for cause in ["first", "second"] {
            try targets.settle([Self.outcome(Self.spare, fault(cause)), Self.outcome(Self.good)])
        }
        #expect(targets.active.map(\.name) == ["good"])
        #expect(targets.warnings == ["repository \"spare\" does not get this backup: first"])
    }
}
