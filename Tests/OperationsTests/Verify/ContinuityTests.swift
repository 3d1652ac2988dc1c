import Format
import Operations
import Testing

@testable import Operations

/// Segments of 1 MiB: 0/200000 is the first byte of the third.
@Suite struct ContinuityTests {
    private func backup(
        _ number: Int, _ start: String, _ stop: String, timeline: UInt32 = 1
    ) -> BackupSummary {
        var fixture = BackupFixture()
        fixture.id = required(BackupID("20261125T14300\(number)Z-00000000"))
        fixture.timeline = required(TimelineID(rawValue: timeline))
        (fixture.startLSN, fixture.stopLSN) = (required(LSN(start)), required(LSN(stop)))
        return fixture.summary
    }

    private func findings(
        _ names: [String], _ backups: [BackupSummary], histories: [UInt32: String] = [:], later: Bool = true
    ) throws -> [String] {
        var known: [TimelineID: TimelineHistory] = [:]
        for (number, text) in histories {
            let timeline = required(TimelineID(rawValue: number))
            known[timeline] = try TimelineHistory(of: timeline, Array(text.utf8).span)
        }
        let ranges = SegmentRanges(segmentSize: WAL.size, names.map { WAL.name($0) })
        return Continuity(ranges, histories: known).findings(backups, withLaterWAL: later).map { finding in
            "\(finding.object): \(finding.cause) (\(finding.backups.map { "\($0)" }.joined(separator: " ")))"
        }
    }

    private func names(_ numbers: ClosedRange<Int>, timeline: Int = 1) -> [String] {
        numbers.map { "0000000\(timeline)00000000000000\($0 < 16 ? "0" : "")\(String($0, radix: 16, uppercase: true))" }
    }

    @Test func noHoleNoFinding() throws {
        #expect(try findings(names(2...9), [backup(1, "0/200028", "0/300100")]) == [])
        #expect(try findings([], []) == [])
        #expect(try findings(names(2...3), [backup(1, "0/200028", "0/300000")]) == [], "it ends with its segment")
    }

    @Test func aHoleOnTheWayToConsistency() throws {
        let found = try findings(names(2...2) + names(4...9), [backup(1, "0/200028", "0/400100")])
        #expect(
            found == [
                "000000010000000000000003: 1 segment is missing between the backup's start 0/200028 and its stop "
                    + "0/400100, without which it cannot be restored (20261125T143001Z-00000000)"
            ])
    }

    @Test func theEndIsNotThereYet() throws {
        let found = try findings(names(2...3), [backup(1, "0/200028", "0/600100")])
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("000000010000000000000004 - 000000010000000000000006: 3 segments") == true)
    }

    @Test func aHoleBehindIt() throws {
        let wal = names(2...4) + names(7...9)
        let backups = [
            backup(1, "0/200028", "0/200100"), backup(2, "0/300028", "0/300100"), backup(3, "0/700028", "0/700100"),
        ]
        #expect(
            try findings(wal, backups) == [
                "000000010000000000000005 - 000000010000000000000006: 2 segments are missing, which ends the recovery "
                    + "window on timeline 1 at 0/500000 (20261125T143001Z-00000000 20261125T143002Z-00000000)"
            ])
        #expect(try findings(wal, backups, later: false) == [])
        #expect(try findings(wal, [backups[2]]) == [], "before the only backup: nobody needs it")
    }

    @Test func aBackupFinishedOnAnotherTimeline() throws {
        // Timeline 1 was left in segment 4, which only its child has.
        let wal = names(2...3) + names(4...6, timeline: 2)
        let history = [UInt32(2): "1\t0/480000\tx\n"]
        #expect(try findings(wal, [backup(1, "0/200028", "0/400100")], histories: history) == [])
        #expect(try findings(wal, [backup(1, "0/200028", "0/490000")], histories: history).count == 1, "left before")
        #expect(try findings(wal, [backup(1, "0/200028", "0/400100")]).count == 1, "nobody knows of the change")
    }

    @Test func aHoleOnTheWayToAYoungerTimeline() throws {
        let wal = names(2...3) + names(5...6) + names(6...9, timeline: 2)
        let found = try findings(
            wal, [backup(1, "0/200028", "0/200100")], histories: [2: "1\t0/680000\tx\n"])
        #expect(
            found == [
                "000000010000000000000004: 1 segment is missing, which ends the recovery window on timeline 1 at "
                    + "0/400000 (20261125T143001Z-00000000)"
            ])
    }
}
