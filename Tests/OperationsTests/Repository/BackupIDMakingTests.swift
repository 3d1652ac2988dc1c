import Format
import Operations
import Platform
import Testing

struct BackupIDMakingTests {
    @Test func isOfItsSecondAndUnlikeTheNext() throws {
        let now = try #require(UnixTime(iso8601: "2026-11-25T14:30:00.9Z"))
        let ids = (0..<100).map { _ in BackupID.make(now: now) }
        #expect(ids.allSatisfy { $0.iso8601 == "2026-11-25T14:30:00Z" })
        #expect(Set(ids).count == ids.count)
    }

    @Test(arguments: [Int64.min, 0, Int64.max])
    func isMadeWhateverTheClockSays(_ seconds: Int64) {
        let id = BackupID.make(now: UnixTime(seconds: seconds))
        #expect(BackupID(id.description) == id)
    }
}
