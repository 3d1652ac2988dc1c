import Format
import Testing
import trunkline
import trunkline_wal

@Suite struct ClientCallerTests {
    private static let push = ["push", "pg_wal/000000010000000000000001"]
    private static let byHand = ["fetch", "000000010000000000000001", "/tmp/x"]
    private static let recovery = ["fetch", "000000010000000000000001", "pg_wal/RECOVERYXLOG"]

    private static let outcomes: [ClientCaller.Trouble: ExitCode] = [
        .usage: .usage, .fault: .internalFault, .nobody: .unavailable,
    ]

    /// The same numbers as `trunkline` itself would end with.
    @Test(
        arguments: [(push, Verb.walPush), (byHand, .walFetch), (recovery, .walFetch)],
        ClientCaller.Trouble.allCases)
    func endsAsTheOtherProgramWould(line: ([String], Verb), trouble: ClientCaller.Trouble) throws {
        let outcome = try #require(Self.outcomes[trouble])
        for isStandby in [false, true] {
            let caller = RestoreCaller(arguments: line.0) { _ in isStandby }
            let status = FinalStatus.status(outcome, verb: line.1, caller: caller)
            #expect(ClientCaller(arguments: line.0) { _ in isStandby }.status(trouble) == status.rawValue)
        }
    }

    @Test func aMistypedRestoreCommandStopsRecovery() {
        for line in [["fech", "x", "pg_wal/RECOVERYXLOG"], ["--help", "pg_wal/RECOVERYXLOG"]] {
            #expect(ClientCaller(arguments: line) { _ in false }.status(.usage) == 255)
            #expect(ClientCaller(arguments: line) { _ in true }.status(.usage) == 75)
        }
    }

    /// PostgreSQL must not take trouble for the end of the archive, nor a failure for a fault of the archiver.
    @Test func onlyWhatTheCallerUnderstandsIsAnAnswer() {
        let codes = (UInt8.min...UInt8.max)
        let recovery = ClientCaller(arguments: Self.recovery) { _ in false }
        #expect(codes.filter(recovery.mayHear) == [0, 1, 255])
        for line in [Self.push, Self.byHand] {
            let caller = ClientCaller(arguments: line) { _ in false }
            #expect(codes.filter(caller.mayHear) == Array(0...125))
        }
        let standby = ClientCaller(arguments: Self.recovery) { _ in true }
        #expect(codes.filter(standby.mayHear) == Array(0...125))
    }
}
