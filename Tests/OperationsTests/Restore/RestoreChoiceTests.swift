import Format
import Operations
import Platform
import Testing

/// Which backup is chosen, and which targets are refused: transcripts over made-up archives.
struct RestoreChoiceTests {
    private static let size = required(SegmentSize(byteCount: 1 << 20))

    /// A backup that lies in one segment.
    private static func backup(
        _ number: Int, segment: UInt64, timeline: UInt32 = 1, snapshot: String = "100:100:"
    ) -> BackupSummary {
        var fixture = BackupFixture()
        fixture.id = required(BackupID("20261125T1\(number)3000Z-00000001"))
        fixture.timeline = required(TimelineID(rawValue: timeline))
        fixture.startLSN = LSN(rawValue: segment << 20 | 0x28)
        fixture.stopLSN = LSN(rawValue: segment << 20 | 0x100)
        fixture.stopped = "2026-11-25T1\(number):31:00Z"
        fixture.snapshot = snapshot
        return fixture.summary
    }

    private static func inventory(
        _ runs: [(UInt32, ClosedRange<UInt64>)], _ histories: [String] = []
    ) throws -> WALInventory {
        var ranges = SegmentRanges(segmentSize: size)
        for (timeline, numbers) in runs {
            for number in numbers {
                let timeline = required(TimelineID(rawValue: timeline))
                ranges.insert(.segment(required(SegmentName(timeline: timeline, number: number, size: size))))
            }
        }
        var known: [TimelineID: TimelineHistory] = [:]
        for (index, text) in histories.enumerated() {
            let timeline = required(TimelineID(rawValue: UInt32(index + 2)))
            ranges.insert(.history(timeline))
            known[timeline] = try TimelineHistory(of: timeline, Array(text.utf8).span)
        }
        return WALInventory(system: WAL.system, segments: ranges, histories: known)
    }

    private func choose(
        _ target: RestoreTarget, _ backups: [BackupSummary], _ inventory: WALInventory,
        timeline: TimelineChoice = .latest, named: Int? = nil, isForced: Bool = false,
        ended: String? = "2026-11-25T20:00:00Z"
    ) -> String {
        let chooser = RestoreChooser(
            inventory: inventory, backups: backups, target: target, timeline: timeline, isForced: isForced
        ) { (_) throws(OperationError) in ended.flatMap { UnixTime(iso8601: $0) } }
        do throws(OperationError) {
            let choice: RestoreChoice
            if let named { choice = try chooser.named(backups[named]) } else { choice = try chooser.newest() }
            let number = required(backups.firstIndex { $0.id == choice.backup.id })
            return "backup \(number), timeline \(choice.history.timeline)"
        } catch {
            return error.cause
        }
    }

    private func at(_ time: String) throws -> RestoreTarget { .time(try TargetTime(time) { _ in 0 }) }

    @Test func theNewestThatEndedBeforeTheTargetIsChosen() throws {
        let backups = [Self.backup(0, segment: 2), Self.backup(3, segment: 5), Self.backup(6, segment: 8)]
        let inventory = try Self.inventory([(1, 2...10)])
        #expect(choose(.end, backups, inventory) == "backup 2, timeline 1")
        #expect(choose(.immediate, backups, inventory) == "backup 2, timeline 1")
        #expect(try choose(at("2026-11-25 14:00:00Z"), backups, inventory) == "backup 1, timeline 1")
        #expect(try choose(at("2026-11-25 13:31:00Z"), backups, inventory) == "backup 1, timeline 1")
        #expect(try choose(at("2026-11-25 13:30:59Z"), backups, inventory) == "backup 0, timeline 1")
        #expect(choose(.position(LSN(rawValue: 7 << 20)), backups, inventory) == "backup 1, timeline 1")
        #expect(
            try choose(at("2026-11-25 09:00:00Z"), backups, inventory)
                == "backup 20261125T163000Z-00000001 does not do, it ended at 2026-11-25T16:31:00Z, after the target; "
                + "nor do the 2 older ones")
        #expect(
            try choose(at("2026-11-25 14:00:00Z"), backups, inventory, named: 2)
                == "backup 20261125T163000Z-00000001 does not do, it ended at 2026-11-25T16:31:00Z, after the target")
        #expect(
            try choose(at("2026-11-25 21:00:00Z"), backups, inventory).contains(
                "the WAL behind it ends at 2026-11-25T20:00:00Z"))
        #expect(try choose(at("2026-11-25 21:00:00Z"), backups, inventory, isForced: true) == "backup 2, timeline 1")
        #expect(try choose(at("2026-11-25 21:00:00Z"), backups, inventory, ended: nil) == "backup 2, timeline 1")
        #expect(
            choose(.position(LSN(rawValue: 11 << 20 | 5)), backups, inventory).contains(
                "the WAL up to the target is not all there, segment 00000001000000000000000B is missing"))
    }

    @Test func transactionsThatWereOverRuleABackupOut() throws {
        let backups = [
            Self.backup(0, segment: 2, snapshot: "90:100:95"), Self.backup(3, segment: 5, snapshot: "110:120:"),
        ]
        let inventory = try Self.inventory([(1, 2...10)])
        #expect(choose(.transaction(120), backups, inventory) == "backup 1, timeline 1")
        #expect(choose(.transaction(105), backups, inventory) == "backup 0, timeline 1")
        #expect(choose(.transaction(95), backups, inventory) == "backup 0, timeline 1")
        #expect(choose(.transaction(94), backups, inventory).contains("transaction 94 was over before it ended"))
    }

    @Test func aGapOnTheWayIsRefusedWhereRecoveryWouldEndThere() throws {
        let backups = [Self.backup(0, segment: 2), Self.backup(3, segment: 8)]
        let gap = try Self.inventory([(1, 2...4), (1, 7...10)])
        #expect(choose(.end, backups, gap) == "backup 1, timeline 1")
        #expect(
            choose(.end, backups, gap, named: 0)
                == "backup 20261125T103000Z-00000001 does not do, WAL is missing behind its end: segments "
                + "000000010000000000000005 to 000000010000000000000006; recovery would end there")
        #expect(choose(.end, backups, gap, named: 0, isForced: true) == "backup 0, timeline 1")
        #expect(choose(.position(LSN(rawValue: 4 << 20)), backups, gap) == "backup 0, timeline 1")
        #expect(choose(.name("x"), backups, gap, named: 0) == "backup 0, timeline 1")
        // Its own WAL has not come yet.
        #expect(choose(.end, [Self.backup(0, segment: 2), Self.backup(3, segment: 11)], gap).contains("missing"))
        #expect(
            choose(.end, [Self.backup(0, segment: 8), Self.backup(3, segment: 11)], gap) == "backup 0, timeline 1")
    }

    @Test func timelinesAreFollowedAsTheServerDoes() throws {
        // 2 leaves 1 in segment 5, 3 leaves 1 in segment 7.
        let inventory = try Self.inventory(
            [(1, 2...9), (2, 5...8), (3, 7...12)], ["1\t0/500010\tx\n", "1\t0/700010\tx\n"])
        let backups = [Self.backup(0, segment: 2), Self.backup(3, segment: 6), Self.backup(6, segment: 8)]
        #expect(choose(.end, backups, inventory) == "backup 1, timeline 3")
        #expect(choose(.end, backups, inventory, timeline: .current) == "backup 2, timeline 1")
        #expect(choose(.end, backups, inventory, timeline: .number(.first)) == "backup 2, timeline 1")
        let two = required(TimelineID(rawValue: 2))
        #expect(choose(.end, backups, inventory, timeline: .number(two)) == "backup 0, timeline 2")
        #expect(
            choose(.end, backups, inventory, timeline: .number(two), named: 1).contains(
                "its end, 0/600100 on timeline 1, is not in the past of timeline 2"))
        let nine = required(TimelineID(rawValue: 9))
        #expect(
            choose(.end, backups, inventory, timeline: .number(nine), named: 0).contains(
                "no repository has the history of timeline 9"))
    }

    @Test func windowsGoFromABackupToTheFirstGap() throws {
        let inventory = try Self.inventory([(1, 2...4), (1, 7...9), (2, 9...12)], ["1\t0/900010\tx\n"])
        let backups = [
            Self.backup(0, segment: 2), Self.backup(1, segment: 3), Self.backup(2, segment: 6),
            Self.backup(3, segment: 8), Self.backup(4, segment: 10, timeline: 2),
        ]
        let windows = inventory.windows(backups).map { window in
            "\(window.timeline): \(window.backup) \(window.fromLSN) - \(window.toLSN) on \(window.lastTimeline)"
                + (window.gap.map { " gap of \($0.count)" } ?? "")
        }
        #expect(
            windows == [
                "1: 20261125T103000Z-00000001 0/200100 - 0/500000 on 1 gap of 2",
                "1: 20261125T133000Z-00000001 0/800100 - 0/A00000 on 1",
                "2: 20261125T133000Z-00000001 0/800100 - 0/D00000 on 2",
            ])
    }
}
