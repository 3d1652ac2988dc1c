import Platform
import TestSupport
import Testing

@testable import Operations

@Suite struct WaitingWALTests {
    private let host: Host

    init() throws { host = try Host() }

    @Test func nothingWaits() throws {
        let waiting = try WaitingWAL.find(in: host.data)
        #expect(waiting == WaitingWAL())
        #expect(waiting.lag(at: Clock.now()) == 0)
    }

    @Test func whatWaitsIsCounted() throws {
        let before = Clock.now()
        try host.makeReady("000000010000000000000001", [1, 2, 3])
        try host.makeReady("00000002.history", [1])
        try host.directory.write("data/pg_wal/archive_status/000000010000000000000002.done", [])
        try host.directory.write("data/pg_wal/archive_status/junk", [])
        // PostgreSQL will remove the mark, with a warning.
        try host.directory.write("data/pg_wal/archive_status/000000010000000000000003.ready", [])
        let waiting = try WaitingWAL.find(in: host.data)
        #expect(waiting.fileCount == 3)
        #expect(waiting.byteCount == 4)
        let lag = waiting.lag(at: Clock.now())
        #expect(lag >= 0 && lag <= Clock.now().seconds(since: before) + 1)
        #expect(waiting.lag(at: UnixTime(seconds: 0)) == 0)
    }

    @Test func aDirectoryThatIsNoneIsAnError() {
        #expect(throws: OperationError.self) { _ = try WaitingWAL.find(in: host.directory.path) }
    }
}
