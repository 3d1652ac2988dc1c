import Format
import Operations
import Platform
import TestSupport
import Testing

@testable import Operations

@Suite struct BacklogFileTests {
    private let host: Host
    private let entries = BacklogListTests.entries(5)

    init() throws { host = try Host() }

    private func file(limit: Int = 10, of repository: String = "far") throws -> BacklogFile {
        let (configuration, cluster) = try host.configuration(["local", "far", "else"], bestEffort: ["far", "else"])
        let settings = try #require(configuration.repositories.first { $0.name == repository })
        return BacklogFile(
            stateDirectory: cluster.stateDirectory, cluster: cluster.name, repository: settings, limit: limit)
    }

    private func content() throws -> [UInt8]? { try host.directory.octets(of: "state/backlog/far") }

    private func forget() { _ = try? FileSystem.removeTree("\(host.state)/backlog") }

    @Test func isKeptBetweenProcesses() throws {
        #expect(try file().load().isEmpty && file().load().coverage == .complete)
        try file().append([])
        #expect(try content() == nil)
        try file().append(Array(entries[..<2]))
        try file().append([entries[2]])
        try file().add([entries[1], entries[3]])
        #expect(try Array(file().load().entries) == Array(entries[..<4]))
        #expect(try file(of: "else").load().isEmpty)
        let left = try file().settle(removing: [entries[0].file, entries[2].file, entries[4].file])
        #expect(Array(left.entries) == [entries[1], entries[3]])
        #expect(try file().load() == left)
        try file().append([entries[4]])
        #expect(try Array(file().load().entries) == [entries[1], entries[3], entries[4]])
    }

    @Test func changesOfOthersAreNoticed() throws {
        let (mine, other) = (try file(), try file())
        #expect(!mine.hasChanged)
        try mine.append([entries[0]])
        #expect(!mine.hasChanged && other.hasChanged)
        try other.add([entries[1]])
        #expect(mine.hasChanged && !other.hasChanged)
        _ = try mine.settle(removing: [])
        #expect(!mine.hasChanged && other.hasChanged)
    }

    @Test func isBounded() throws {
        try file(limit: 2).add(entries)
        #expect(try file(limit: 2).load().hasOverflowed && file(limit: 2).load().count == 2)
        let before = try content()
        try file(limit: 2).add(entries)
        #expect(try content() == before)
        try host.directory.write("state/backlog/far", Array(repeating: 65, count: 10_000))
        #expect(try file().load().hasOverflowed && file().load().isEmpty)
        try file().append([entries[0]])
        #expect(try file().load().isEmpty && file().load().hasOverflowed, "a listing finds it with the rest")
    }

    @Test func aComparisonIsRemembered() throws {
        try file(limit: 2).add(entries)
        #expect(try file().settle(removing: [], .beginComparing).coverage == .comparing)
        #expect(try file().load().coverage == .comparing)
        #expect(try file().settle(removing: []).coverage == .comparing)
        #expect(try file().settle(removing: [], .endComparing).coverage == .complete)
        // Somebody else has had no room meanwhile.
        _ = try file().settle(removing: [], .beginComparing)
        try file().append([], saying: .overflowed)
        #expect(try file().settle(removing: [], .endComparing).hasOverflowed)
    }

    @Test func aTornLineIsRepaired() throws {
        try file().append(Array(entries[..<2]))
        let whole = try #require(try content())
        for count in [whole.count - 1, whole.count - 40] {
            try host.directory.write("state/backlog/far", Array(whole.prefix(count)))
            try file().append([entries[2]])
            #expect(try Array(file().load().entries) == [entries[0], entries[2]])
            #expect(try file().load().coverage == .complete)
        }
    }

    /// A repository that is another place now has got nothing of it.
    @Test func theBacklogOfAnotherPlaceIsUnknown() throws {
        try file().append(Array(entries[..<2]))
        try FileSystem.rename(from: "\(host.state)/backlog/far", to: "\(host.state)/backlog/else")
        #expect(try file(of: "else").load().isEmpty && file(of: "else").load().hasOverflowed)
    }

    @Test func severalWritersLoseNothing() throws {
        let entries = BacklogListTests.entries(40)
        let results = try inParallel(8) { number in
            let file = try self.file(limit: 100)
            for index in 0..<5 {
                let entry = entries[number * 5 + index]
                if number % 2 == 0 { try file.append([entry]) } else { try file.add([entry]) }
                if index == 2 { _ = try file.settle(removing: []) }
            }
        }
        for result in results { try result.get() }
        #expect(try Set(file(limit: 100).load().entries) == Set(entries))
        #expect(try file(limit: 100).load().coverage == .complete)
    }

    /// All but close(2), without which the lock would stay with this process.
    private static let calls: Set<String> = [
        "mkdir", "stat", "fstat", "open", "flock", "read", "pread", "write", "fsync", "rename", "unlink",
    ]

    /// Whichever call fails: what was added before is still there, and what a call that succeeded has added.
    @Test(arguments: [false, true])
    func anyCallMayFail(isReplaced: Bool) throws {
        var nth = 1
        while true {
            forget()
            let file = try file()
            try file.append([entries[0]])
            let (result, reached) = SyscallFaults.failing(nth: nth, errno: .inputOutput, only: Self.calls) {
                () throws(PlatformError) in
                if isReplaced {
                    _ = try file.settle(removing: [entries[4].file])
                } else {
                    try file.append([entries[1]])
                }
            }
            let list = file.load()
            #expect(list.contains(entries[0].file) || list.hasOverflowed)
            if case .success = result, !isReplaced { #expect(list.contains(entries[1].file)) }
            #expect(try host.directory.names(below: "state/backlog").allSatisfy { !$0.contains(".tmp.") })
            // And nothing keeps it from going on.
            try file.append([entries[2]])
            #expect(file.load().contains(entries[2].file))
            guard reached else { break }
            nth += 1
        }
        #expect(nth > 6)
    }
}
