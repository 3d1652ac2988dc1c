import Operations
import Platform
import TestSupport
import Testing

@testable import Operations

@Suite struct PushLedgerTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func status(_ name: String, _ octets: [UInt8] = [1, 2, 3]) throws -> FileStatus {
        try #require(try FileSystem.status(of: directory.write(name, octets)))
    }

    @Test func holdsExactlyWhatWasRecorded() throws {
        var ledger = PushLedger(scope: "here")
        let (one, two) = (try status("one"), try status("two"))
        #expect(!ledger.holds("one", one))
        ledger.record("one", one)
        #expect(ledger.holds("one", one))
        #expect(!ledger.holds("two", one))
        #expect(!ledger.holds("one", two))
    }

    @Test func aFileThatIsReplacedOrRewrittenIsAnother() throws {
        var ledger = PushLedger(scope: "here")
        ledger.record("one", try status("one"))
        // Same name, same content, same length: another inode.
        try FileSystem.rename(from: directory.write("new", [1, 2, 3]), to: "\(directory.path)/one")
        let replaced = try #require(try FileSystem.status(of: "\(directory.path)/one"))
        #expect(!ledger.holds("one", replaced))
        ledger.record("one", replaced)
        #expect(ledger.holds("one", replaced))
        // The same inode, written to again.
        let isChanged = try eventually {
            try directory.write("one", [1, 2, 4])
            return try FileSystem.status(of: "\(directory.path)/one") != replaced
        }
        #expect(isChanged)
        #expect(!ledger.holds("one", try #require(try FileSystem.status(of: "\(directory.path)/one"))))
    }

    @Test func isReadAsItWasWritten() throws {
        var ledger = PushLedger(scope: "cluster=main local=file:///x y")
        for name in ["one", "two", "three"] { ledger.record(name, try status(name)) }
        let read = PushLedger(text: ledger.text, scope: ledger.scope)
        #expect(read == ledger)
        #expect(PushLedger(text: read.text, scope: ledger.scope).text == ledger.text)
    }

    @Test func aLedgerOfAnotherScopeIsEmpty() throws {
        var ledger = PushLedger(scope: "here")
        let one = try status("one")
        ledger.record("one", one)
        #expect(!PushLedger(text: ledger.text, scope: "there").holds("one", one))
        #expect(!PushLedger(text: ledger.text, scope: "here ").holds("one", one))
        #expect(PushLedger(text: ledger.text, scope: "here").holds("one", one))
    }

    @Test func damageMakesItForget() throws {
        var ledger = PushLedger(scope: "here")
        let one = try status("one")
        ledger.record("one", one)
        let text = ledger.text
        for count in 0..<text.count {
            #expect(!PushLedger(text: String(text.prefix(count)), scope: "here").holds("one", one), "\(count)")
        }
        for offset in text.indices {
            var damaged = text
            damaged.replaceSubrange(offset...offset, with: "#")
            #expect(!PushLedger(text: damaged, scope: "here").holds("one", one))
        }
        for junk in ["", "\n", "\n\n\n", "here", "\u{0}", text + text + "x"] {
            _ = PushLedger(text: junk, scope: "here").text
        }
    }

    @Test func keepsTheLatestEntriesOnly() throws {
        var ledger = PushLedger(scope: "here")
        let one = try status("one")
        for number in 0..<PushLedger.entriesMax + 10 { ledger.record("name\(number)", one) }
        #expect(ledger.count == PushLedger.entriesMax)
        #expect(!ledger.holds("name9", one))
        #expect(ledger.holds("name10", one))
        #expect(ledger.text.utf8.count <= PushLedger.byteCountMax)
        ledger.record("name10", one)
        #expect(ledger.count == PushLedger.entriesMax)
    }
}

@Suite struct PushLedgerFileTests {
    private let directory: TemporaryDirectory
    private var state: String { "\(directory.path)/state/main" }
    private var file: PushLedgerFile { PushLedgerFile(directory: state, scope: "here") }

    init() throws { directory = try TemporaryDirectory() }

    private func status(_ name: String) throws -> FileStatus {
        try #require(try FileSystem.status(of: directory.write(name, [1])))
    }

    @Test func isKeptBetweenProcesses() throws {
        let (one, two) = (try status("one"), try status("two"))
        #expect(file.load().count == 0)
        try file.record([("one", one)])
        try file.record([("two", two)])
        #expect(file.load().holds("one", one) && file.load().holds("two", two))
        #expect(PushLedgerFile(directory: state, scope: "there").load().count == 0)
        PushLedgerFile.forget(in: state)
        #expect(file.load().count == 0)
        PushLedgerFile.forget(in: state)
    }

    @Test func severalWritersLoseNothing() throws {
        let one = try status("one")
        let results = try inParallel(8) { number in try self.file.record([("name\(number)", one)]) }
        for result in results { try result.get() }
        for number in 0..<8 { #expect(file.load().holds("name\(number)", one)) }
    }

    /// All but close(2), without which the lock would stay with this process.
    private static let calls: Set<String> = [
        "mkdir", "stat", "fstat", "open", "flock", "read", "write", "fsync", "rename", "unlink",
    ]

    /// Whichever call fails: what was recorded before is still there, the new entry is there whole or not at all, and
    /// no temporary file stays.
    @Test func anyCallMayFail() throws {
        let (one, two) = (try status("one"), try status("two"))
        var nth = 1
        while true {
            PushLedgerFile.forget(in: state)
            try file.record([("one", one)])
            let (result, reached) = SyscallFaults.failing(nth: nth, errno: .inputOutput, only: Self.calls) {
                () throws(PlatformError) in
                try file.record([("two", two)])
            }
            #expect(file.load().holds("one", one) || reached)
            if case .success = result { #expect(file.load().holds("two", two)) }
            #expect(try directory.names(below: "state/main").allSatisfy { !$0.contains(".tmp.") })
            guard reached else { break }
            nth += 1
        }
        #expect(nth > 8)
        #expect(file.load().holds("one", one))
    }

    @Test func aFileOfAnotherKindIsNoLedger() throws {
        try directory.write("state/main/push-ledger", Array(repeating: 65, count: PushLedger.byteCountMax + 1))
        #expect(file.load().count == 0)
        let one = try status("one")
        try file.record([("one", one)])
        #expect(file.load().holds("one", one))
    }
}
