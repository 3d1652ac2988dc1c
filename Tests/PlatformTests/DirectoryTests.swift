import Platform
import Testing

@Suite struct DirectoryTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    @Test func createsOnce() throws {
        #expect(try FileSystem.createDirectory(scratch("d")))
        #expect(try !FileSystem.createDirectory(scratch("d")))
        try scratch.write("", to: "f")
        let error = #expect(throws: PlatformError.self) { try FileSystem.createDirectory(scratch("f")) }
        #expect(error?.errno == .notADirectory)
    }

    @Test func createsParentsWhenAsked() throws {
        let error = #expect(throws: PlatformError.self) { try FileSystem.createDirectory(scratch("a/b/c")) }
        #expect(error?.errno == .noSuchFile)
        #expect(try FileSystem.createDirectory(scratch("a/b/c"), parents: true, durable: true))
        #expect(try !FileSystem.createDirectory(scratch("a/b/c/"), parents: true))
        #expect(try FileSystem.createDirectory(scratch("a//x///y/"), parents: true))
        #expect(try FileSystem.list(scratch("a")).sorted() == ["b", "x"])
    }

    @Test(
        arguments: [
            ("a/b", "a"), ("/a", "/"), ("//a", "/"), ("a/b/", "a"), ("a//b", "a"), ("/a/b", "/a"), ("a", nil),
            ("/", nil),
            ("", nil), ("//", nil),
        ] as [(String, String?)])
    func parentIsThePathBeforeTheLastName(path: String, parent: String?) {
        #expect(FileSystem.parent(of: path) == parent)
    }

    @Test func listsNamesWithoutDots() throws {
        #expect(try scratch.names() == [])
        for name in [".hidden", "ä", "b"] { try scratch.write("", to: name) }
        #expect(try scratch.names() == [".hidden", "b", "ä"].sorted())
        #expect(throws: PlatformError.self) { try FileSystem.list(scratch("none")) }
        #expect(throws: PlatformError.self) { try FileSystem.list(scratch("b")) }
    }

    @Test func removesTreesButFollowsNoLinks() throws {
        try FileSystem.createDirectory(scratch("t/a/b"), parents: true)
        try scratch.write("", to: "t/f")
        try scratch.write("", to: "t/a/b/f")
        try FileSystem.createDirectory(scratch("kept"))
        try scratch.write("", to: "kept/f")
        let child = try Process.spawnDetached("/bin/ln", ["ln", "-s", scratch("kept"), scratch("t/a/link")])
        #expect(try Process.wait(for: child) == 0)
        #expect(try FileSystem.removeTree(scratch("t")))
        #expect(try !FileSystem.removeTree(scratch("t")))
        #expect(try scratch.names() == ["kept"])
        #expect(try scratch.read("kept/f") == "")
    }

    @Test func refusesTreesDeeperThanTheLimit() throws {
        let deep = String(repeating: "d/", count: 70)
        try FileSystem.createDirectory(scratch(deep), parents: true)
        let error = #expect(throws: PlatformError.self) { try FileSystem.removeTree(scratch("d")) }
        #expect(error?.errno == .tooManyLevels)
        // Half of the way at a time works, so that nothing is left behind.
        #expect(try FileSystem.removeTree(scratch(String(repeating: "d/", count: 35))))
        #expect(try FileSystem.removeTree(scratch("d")))
    }

    #if SYSCALL_FAULTS
    /// Whatever call fails, nothing leaks and a second try ends the work.
    @Test func removesTreesInTwoTries() throws {
        for nth in 1...100 {
            try FileSystem.createDirectory(scratch("t/a"), parents: true)
            try scratch.write("", to: "t/a/f")
            let run = SyscallFaults.failing(nth: nth, errno: .inputOutput) { () throws(PlatformError) -> Bool in
                try FileSystem.removeTree(scratch("t"))
            }
            if case .success = run.result { #expect(!run.reached) }
            try FileSystem.removeTree(scratch("t"))
            #expect(try scratch.names() == [])
            if !run.reached { return }
        }
        Issue.record("the calls have no end")
    }
    #endif
}
