import Format
import Operations
import Platform
import TestSupport
import Testing

@testable import Operations

@Suite struct PrefetchDirectoryTests {
    private let data: TemporaryDirectory
    private let prefetch: PrefetchDirectory
    private var wal: String { "\(data.path)/pg_wal" }
    private var target: String { "\(wal)/RECOVERYXLOG" }
    private var name: String { String(prefetch.path.dropFirst(data.path.count + 1)) }

    init() throws {
        data = try TemporaryDirectory()
        try FileSystem.createDirectory("\(data.path)/pg_wal", permissions: 0o700)
        prefetch = try #require(PrefetchDirectory(besideWALDirectory: "\(data.path)/pg_wal"))
    }

    @Test func isMadeOnlyWhenNeeded() throws {
        #expect(try data.names() == ["pg_wal"])
        #expect(!prefetch.take(WAL.first, to: target))
        #expect(!prefetch.isUnattended)
        prefetch.removeIfUnused()
        #expect(try data.names() == ["pg_wal"])
        #expect(prefetch.prepare())
        #expect(prefetch.prepare())
        #expect(name.hasPrefix("pgsql_tmp"))
        #expect(try FileSystem.status(of: prefetch.path)?.permissions == 0o700)
        #expect(try data.names(below: name).isEmpty)
        #expect(prefetch.isUnattended)
        prefetch.removeIfUnused()
        #expect(try data.names() == ["pg_wal"])
    }

    @Test func isBesideTheRealDirectory() throws {
        let elsewhere = try TemporaryDirectory()
        try FileSystem.createDirectory("\(elsewhere.path)/wal", permissions: 0o700)
        let link = "\(data.path)/link"
        let arguments = ["ln", "-s", "\(elsewhere.path)/wal", link]
        try run("/bin/ln", arguments)
        let beside = try #require(PrefetchDirectory(besideWALDirectory: link))
        #expect(beside.path.hasPrefix(elsewhere.path))
        #expect(PrefetchDirectory(besideWALDirectory: "\(data.path)/nothing") == nil)
    }

    @Test func handsOverACompleteSegment() throws {
        #expect(prefetch.prepare())
        try data.write("\(name)/\(WAL.first)", [1, 2])
        #expect(try prefetch.segments() == [WAL.first])
        #expect(prefetch.take(WAL.first, to: target))
        #expect(try data.octets(of: "pg_wal/RECOVERYXLOG") == [1, 2])
        #expect(try prefetch.segments() == [])
        #expect(!prefetch.take(WAL.first, to: target))
        #expect(!prefetch.take(WAL.segments(2)[1], to: target))
    }

    @Test func waitsForASegmentThatIsArriving() throws {
        #expect(prefetch.prepare())
        var file: AtomicFile? = try AtomicFile(directory: prefetch.path, name: "\(WAL.first)")
        try file?.write(octets: [1, 2])
        let taken = Gate<Bool?>(nil)
        let (prefetch, target) = (prefetch, target)
        let taker = try Thread.spawn(name: "taker") {
            let isTaken = prefetch.take(WAL.first, to: target)
            taken.withLock { $0 = isTaken }
        }
        #expect(!prefetch.take(WAL.segments(2)[1], to: target), "another one is not waited for")
        #expect(taken.withLock { $0 } == nil)
        _ = try file.take()?.commit(overwrite: .never, durable: false)
        taker.join()
        #expect(taken.withLock { $0 } == true)
        #expect(try data.octets(of: "pg_wal/RECOVERYXLOG") == [1, 2])
    }

    @Test func aSegmentThatNeverArrivesIsNotWaitedFor() throws {
        #expect(prefetch.prepare())
        let file = try AtomicFile(directory: prefetch.path, name: "\(WAL.first)")
        let (prefetch, target) = (prefetch, target)
        let taker = try Thread.spawn(name: "taker") { #expect(!prefetch.take(WAL.first, to: target)) }
        _ = consume file
        taker.join()
        // Left by a process that is gone, or on its way to somewhere else.
        try data.write("\(name)/.\(WAL.first).tmp.2147483647.1", [])
        try data.write("\(name)/.\(PrefetchDirectory.privateName(of: "\(WAL.first)")).tmp.\(Process.pid).1", [])
        #expect(!prefetch.take(WAL.first, to: target))
    }

    @Test func somebodyElsesDirectoryIsNotUsed() throws {
        try FileSystem.createDirectory(prefetch.path, permissions: 0o700)
        try data.write("\(name)/\(WAL.first)", [1, 2])
        let shared = try TemporaryDirectory()
        // A link in its place.
        try FileSystem.rename(from: prefetch.path, to: "\(shared.path)/real")
        try run("/bin/ln", ["ln", "-s", "\(shared.path)/real", prefetch.path])
        #expect(!prefetch.prepare())
        #expect(!prefetch.take(WAL.first, to: target))
    }

    @Test func aDirectoryThatOthersMayWriteToIsNotUsed() throws {
        #expect(prefetch.prepare())
        try data.write("\(name)/\(WAL.first)", [1, 2])
        try run("/bin/chmod", ["chmod", "0777", prefetch.path])
        #expect(!prefetch.prepare())
        #expect(!prefetch.take(WAL.first, to: target))
    }

    @Test func remembersTheLastRequest() throws {
        #expect(prefetch.requested() == nil)
        #expect(prefetch.prepare())
        #expect(prefetch.requested() == nil)
        for name in WAL.segments(3) {
            try prefetch.request(after: name)
            #expect(prefetch.requested()?.name == name)
        }
        try data.write("\(name)/request", Array("nonsense".utf8))
        #expect(prefetch.requested() == nil)
        try data.write("\(name)/request", Array(repeating: 48, count: 10_000))
        #expect(prefetch.requested() == nil)
    }

    @Test func onlyOneIsAtWork() throws {
        #expect(prefetch.prepare())
        do {
            let lock = try prefetch.lock()
            #expect(!prefetch.isUnattended)
            prefetch.removeIfUnused()
            #expect(try data.names().count == 2)
            _ = consume lock
        }
        #expect(prefetch.isUnattended)
    }

    @Test func sweepsWhatDeadProcessesLeft() throws {
        #expect(prefetch.prepare())
        let dead = 2_147_483_647
        let kept = [
            "\(WAL.first)", ".\(WAL.first).tmp.\(Process.pid).ab", PrefetchDirectory.privateName(of: "x"), "request",
        ]
        for file in kept + [".\(WAL.first).tmp.\(dead).ab", "\(WAL.first).moving.\(dead)"] {
            try data.write("\(name)/\(file)", [])
        }
        prefetch.sweep()
        #expect(try data.names(below: name) == kept.sorted())
    }

    @Test func removalLeavesWhatOthersAreMoving() throws {
        #expect(prefetch.prepare())
        let parent = 1
        for file in ["\(WAL.first)", "request", "lock", "\(WAL.first).moving.\(parent)"] {
            try data.write("\(name)/\(file)", [])
        }
        prefetch.remove()
        #expect(try data.names(below: name) == ["\(WAL.first).moving.\(parent)"])
        try FileSystem.remove("\(prefetch.path)/\(WAL.first).moving.\(parent)")
        // Another thread of this process.
        let own = PrefetchDirectory.privateName(of: "\(WAL.first)")
        #expect(own != PrefetchDirectory.privateName(of: "\(WAL.first)"))
        try data.write("\(name)/\(own)", [])
        prefetch.remove()
        #expect(try data.names(below: name) == [own])
        try FileSystem.remove("\(prefetch.path)/\(own)")
        prefetch.remove()
        #expect(try data.names() == ["pg_wal"])
    }
}

/// Where a file is made before it is given its name.
@Suite struct FetchPlaceTests {
    private let data: TemporaryDirectory
    private var target: String { "\(data.path)/pg_wal/RECOVERYXLOG" }

    init() throws {
        data = try TemporaryDirectory()
        try FileSystem.createDirectory("\(data.path)/pg_wal", permissions: 0o700)
    }

    private func write(_ octets: [UInt8], at offset: UInt64, to file: RestoredFile) throws {
        try file.write(octets.span.bytes, at: offset)
    }

    private func restore(_ staging: PrefetchDirectory?) throws {
        let place = FetchPlace(
            staging: staging, name: .segment(WAL.first), target: target, permissions: 0o640)
        let file = RestoredFile(place)
        try write([3, 4], at: 2, to: file)
        try write([1, 2], at: 0, to: file)
        #expect(file.head == [1, 2])
        #expect(try data.octets(of: "pg_wal/RECOVERYXLOG") == nil)
        try file.commit()
        #expect(try data.octets(of: "pg_wal/RECOVERYXLOG") == [1, 2, 3, 4])
        #expect(try data.names(below: "pg_wal") == ["RECOVERYXLOG"])
    }

    @Test func goesThroughThePrivateDirectory() throws {
        let staging = try #require(PrefetchDirectory(besideWALDirectory: "\(data.path)/pg_wal"))
        try restore(staging)
        #expect(try FileSystem.list(staging.path).isEmpty)
    }

    @Test func survivesTheRemovalOfThePrivateDirectory() throws {
        let staging = try #require(PrefetchDirectory(besideWALDirectory: "\(data.path)/pg_wal"))
        #expect(staging.prepare())
        let file = RestoredFile(
            FetchPlace(staging: staging, name: .segment(WAL.first), target: target, permissions: 0o600))
        try write([1], at: 0, to: file)
        // By nobody of ours.
        try FileSystem.removeTree(staging.path)
        let error = #expect(throws: OperationError.self) { try file.commit() }
        #expect(error != nil)
        #expect(try data.names(below: "pg_wal").isEmpty)
        try restore(staging)
    }

    /// No permission, or another file system: both calls fail likewise.
    @Test(arguments: ["mkdir", "rename"])
    func doesWithoutThePrivateDirectory(call: String) throws {
        let staging = try #require(PrefetchDirectory(besideWALDirectory: "\(data.path)/pg_wal"))
        let errno: Errno = call == "mkdir" ? .accessDenied : .crossesDevices
        let (result, reached) = SyscallFaults.failing(nth: 1, errno: errno, only: [call]) {
            try restore(staging)
        }
        try result.get()
        #expect(reached)
        #expect(try data.names() == ["pg_wal"])
    }

    @Test func withoutAWriteNothingIsMade() throws {
        let staging = try #require(PrefetchDirectory(besideWALDirectory: "\(data.path)/pg_wal"))
        _ = RestoredFile(
            FetchPlace(staging: staging, name: .segment(WAL.first), target: target, permissions: 0o600))
        #expect(try data.names() == ["pg_wal"])
    }

    /// Whichever call fails, `pg_wal` is as it was or has the whole file, and nothing else.
    @Test func anyCallMayFail() throws {
        let staging = try #require(PrefetchDirectory(besideWALDirectory: "\(data.path)/pg_wal"))
        var nth = 1
        while true {
            let (result, reached) = SyscallFaults.failing(nth: nth, errno: .noSpace) {
                let file = RestoredFile(
                    FetchPlace(staging: staging, name: .segment(WAL.first), target: target, permissions: 0o600))
                try write([1, 2, 3, 4], at: 0, to: file)
                try file.commit()
            }
            let names = try data.names(below: "pg_wal")
            #expect(names.isEmpty || names == ["RECOVERYXLOG"])
            if case .success = result {
                #expect(try data.octets(of: "pg_wal/RECOVERYXLOG") == [1, 2, 3, 4])
            }
            #expect(((try? FileSystem.list(staging.path)) ?? []).isEmpty)
            try FileSystem.remove(target)
            guard reached else { break }
            nth += 1
        }
        #expect(nth > 5)
    }
}

/// Waits for the child: a zombie would keep the exit tests of other suites waiting for ever.
private func run(_ program: String, _ arguments: [String]) throws {
    #expect(try Process.wait(for: Process.spawnDetached(program, arguments)) == 0)
}
