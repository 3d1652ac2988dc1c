import Format
import Testing
import trunkline

@Suite struct FinalStatusTests {
    /// Every outcome of every verb, for every caller: the whole decision as one table.
    @Test func wholeTable() throws {
        var lines: [String] = []
        for caller in [RestoreCaller.byHand, .standby, .recovery] {
            for verb in [Verb.walFetch, .walPush, .walList, .walPrefetch, nil] {
                let statuses = ExitCode.allCases.map {
                    "\($0.rawValue):\(FinalStatus.status($0, verb: verb, caller: caller).rawValue)"
                }
                lines.append("\(caller) \(verb?.rawValue ?? "?"): " + statuses.joined(separator: " "))
            }
        }
        try Snapshot.check("final-status.txt", lines.joined(separator: "\n") + "\n")
    }

    @Test func theArchiverNeverSeesMoreThan125() {
        for outcome in ExitCode.allCases {
            #expect(FinalStatus.status(outcome, verb: .walPush, caller: .byHand).rawValue <= 125)
        }
    }

    @Test(arguments: Verb.allCases.filter { !$0.isInternal }.map(Optional.some) + [nil])
    func inRecoveryOnlyFetchAnswers(_ verb: Verb?) {
        for outcome in ExitCode.allCases {
            let status = FinalStatus.status(outcome, verb: verb, caller: .recovery)
            let isAnswer = verb == .walFetch && [.success, .missing].contains(outcome)
            #expect(status == (isAnswer ? outcome : .abortRecovery))
        }
    }

    @Test func pushSucceedsOnlyBySuccess() {
        for outcome in ExitCode.allCases where outcome != .success {
            #expect(FinalStatus.status(outcome, verb: .walPush, caller: .byHand) != .success)
        }
    }

    @Test(arguments: [
        (["wal", "fetch", "000000010000000000000001", "pg_wal/RECOVERYXLOG"], true),
        (["wal", "fetch", "00000002.history", "pg_wal/RECOVERYHISTORY"], true),
        (["wal", "fech", "00000002.history", "pg_wal/RECOVERYHISTORY"], true),
        (["wal", "fetch", "--dest=pg_wal/RECOVERYXLOG", "x"], true),
        (["wal", "fetch", "x", "/data/pg_wal/RECOVERYXLOG"], true),
        (["RECOVERYXLOG"], true),
        (["wal", "fetch", "x", "/data/pg_wal/000000010000000000000001"], false),
        (["wal", "fetch", "x", "pg_wal/RECOVERYXLOG.old"], false),
        (["wal", "push", "pg_wal/000000010000000000000001"], false),
        ([], false),
    ])
    func recognisesRecovery(_ arguments: [String], _ isRecovery: Bool) {
        #expect(RestoreCaller(arguments: arguments) { _ in false } == (isRecovery ? .recovery : .byHand))
        #expect(RestoreCaller(arguments: arguments) { _ in true } == (isRecovery ? .standby : .byHand))
    }

    /// The last question of a server whose recovery is over must not stop it.
    @Test func theLastHistoryOfARecoveryIsAskedForByHand() {
        let history = ["wal", "fetch", "00000001.history", "pg_wal/RECOVERYHISTORY"]
        let segment = ["wal", "fetch", "000000010000000000000001", "pg_wal/RECOVERYXLOG"]
        let data = RestoreCaller.controlFile
        #expect(RestoreCaller(arguments: history) { $0 == data } == .byHand)
        #expect(RestoreCaller(arguments: history) { [data, RestoreCaller.recoverySignal].contains($0) } == .recovery)
        #expect(RestoreCaller(arguments: history) { [data, RestoreCaller.standbySignal].contains($0) } == .standby)
        #expect(RestoreCaller(arguments: segment) { $0 == data } == .recovery)
    }

    @Test func signalFileIsLookedForOnlyInRecovery() {
        _ = RestoreCaller(arguments: ["wal", "push", "pg_wal/000000010000000000000001"]) { _ in
            Issue.record("a push has no use for standby.signal")
            return false
        }
    }
}
