import Platform
import Testing

@Suite struct DirectoryWatchTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private static let soon = Deadline.after(seconds: 20)

    private func isQuiet(_ watch: borrowing DirectoryWatch) throws -> Bool {
        try !watch.wait(until: .after(seconds: 0.01))
    }

    @Test func whatAppearsIsSeen() throws {
        try FileSystem.createDirectory(scratch("d"))
        try scratch.write("", to: "outside")
        let watch = try DirectoryWatch(scratch("d"))
        #expect(try isQuiet(watch))
        try scratch.write("", to: "d/new")
        #expect(try watch.wait(until: Self.soon))
        #expect(try isQuiet(watch))
        try FileSystem.rename(from: scratch("outside"), to: scratch("d/moved"))
        #expect(try watch.wait(until: Self.soon))
        try scratch.write("again", to: "d/new")
        #expect(try watch.wait(until: Self.soon))
        #expect(try isQuiet(watch))
    }

    @Test func whatGoesIsNotOfInterest() throws {
        try FileSystem.createDirectory(scratch("d"))
        try scratch.write("", to: "d/old")
        let watch = try DirectoryWatch(scratch("d"))
        try FileSystem.remove(scratch("d/old"))
        try scratch.write("", to: "elsewhere")
        #expect(try isQuiet(watch))
        let isGone = watch.isGone
        #expect(!isGone)
    }

    @Test func thousandsCountOnce() throws {
        try FileSystem.createDirectory(scratch("d"))
        let watch = try DirectoryWatch(scratch("d"))
        for number in 1...2_000 { try scratch.write("", to: "d/0000000100000000\(number).ready") }
        #expect(try watch.wait(until: Self.soon))
        #expect(try isQuiet(watch))
        let isGone = watch.isGone
        #expect(!isGone)
    }

    @Test func anotherThreadEndsTheWaiting() throws {
        let watch = try DirectoryWatch(scratch.path)
        let waker = try Thread.spawn(name: "waker") {
            watch.wake()
            watch.wake()
        }
        #expect(try watch.wait(until: Self.soon))
        waker.join()
        while try watch.wait(until: .after(seconds: 0)) {}
        watch.wake()
        #expect(try watch.wait(until: Self.soon), "also when it was sent before")
        #expect(try isQuiet(watch))
    }

    @Test(arguments: [true, false]) func theEndOfTheDirectoryIsSaid(isRemoved: Bool) throws {
        try FileSystem.createDirectory(scratch("d"))
        let watch = try DirectoryWatch(scratch("d"))
        if isRemoved {
            try FileSystem.removeDirectory(scratch("d"))
        } else {
            try FileSystem.rename(from: scratch("d"), to: scratch("e"))
        }
        #expect(try watch.wait(until: Self.soon))
        let isGone = watch.isGone
        #expect(isGone)
        #expect(try isQuiet(watch), "no endless loop for whoever goes on waiting")
        watch.wake()
        #expect(try watch.wait(until: Self.soon))
    }

    @Test func onlyDirectoriesAreWatched() throws {
        try scratch.write("", to: "file")
        let file = #expect(throws: PlatformError.self) { _ = try DirectoryWatch(scratch("file")) }
        #expect(file?.errno == .notADirectory)
        let none = #expect(throws: PlatformError.self) { _ = try DirectoryWatch(scratch("none")) }
        #expect(none?.errno == .noSuchFile)
    }

    #if SYSCALL_FAULTS
    @Test func everyRefusedCallIsAnError() throws {
        let calls: Set = ["inotify_init1", "inotify_add_watch", "eventfd", "poll", "read"]
        for nth in 1...20 {
            let run = SyscallFaults.failing(nth: nth, errno: .inputOutput, only: calls) { () throws(PlatformError) in
                let watch = try DirectoryWatch(scratch.path)
                try scratch.write("", to: "file-\(nth)")
                return try watch.wait(until: Self.soon)
            }
            guard run.reached else {
                #expect(try run.result.get())
                return
            }
            let error = #expect(throws: PlatformError.self) { try run.result.get() }
            #expect(error?.errno == .inputOutput)
        }
        Issue.record("the calls have no end")
    }
    #endif
}
