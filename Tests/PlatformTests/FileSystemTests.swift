import Platform
import Testing

@Suite struct FileSystemTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    @Test func statusIsNilForWhatIsNotThere() throws {
        try scratch.write("x", to: "f")
        #expect(try FileSystem.status(of: scratch("none")) == nil)
        #expect(try FileSystem.status(of: scratch("f/below")) == nil)
        #expect(throws: PlatformError.self) { try FileSystem.status(of: String(repeating: "x", count: 5000)) }
    }

    @Test func statusTellsKindSizeAndOwner() throws {
        try scratch.write("four", to: "f")
        let file = try #require(try FileSystem.status(of: scratch("f")))
        #expect(file.kind == .regular && file.size == 4 && file.userID == Process.userID)
        #expect(file.permissions & 0o777 == 0o640 & file.permissions)
        #expect(try FileSystem.status(of: scratch.path)?.kind == .directory)
        #expect(try FileSystem.status(of: "/dev/null")?.kind == .other)
        #expect(try FileSystem.status(of: "/proc/self/exe", followLinks: false)?.kind == .symbolicLink)
        #expect(try FileSystem.status(of: "/proc/self/exe")?.kind == .regular)
    }

    @Test func renameReplaces() throws {
        try scratch.write("new", to: "a")
        try scratch.write("old", to: "b")
        try FileSystem.rename(from: scratch("a"), to: scratch("b"))
        #expect(try scratch.names() == ["b"])
        #expect(try scratch.read("b") == "new")
    }

    @Test func renameExclusiveLeavesWhatIsThere() throws {
        try scratch.write("new", to: "a")
        try scratch.write("old", to: "b")
        #expect(try !FileSystem.renameExclusive(from: scratch("a"), to: scratch("b")))
        #expect(try scratch.read("b") == "old")
        #expect(try FileSystem.renameExclusive(from: scratch("a"), to: scratch("c")))
        #expect(try scratch.names() == ["b", "c"])
        #expect(throws: PlatformError.self) { try FileSystem.renameExclusive(from: scratch("a"), to: scratch("d")) }
        #expect(throws: PlatformError.self) { try FileSystem.renameExclusive(from: "a\0", to: scratch("d")) }
    }

    #if SYSCALL_FAULTS
    @Test(arguments: [Errno.invalidArgument, .notImplemented])
    func renameExclusiveLinksWhereTheFileSystemHasNoFlag(errno: Errno) throws {
        try scratch.write("new", to: "a")
        try scratch.write("old", to: "b")
        func rename(to target: String) throws -> Bool {
            try SyscallFaults.failing(nth: 1, errno: errno, only: ["renameat2"]) {
                try FileSystem.renameExclusive(from: scratch("a"), to: scratch(target))
            }.result.get()
        }
        #expect(try !rename(to: "b"))
        #expect(try scratch.read("b") == "old")
        #expect(try rename(to: "c"))
        #expect(try scratch.names() == ["b", "c"])
        #expect(try scratch.read("c") == "new")
    }
    #endif

    @Test func removeTellsWhetherThereWasAFile() throws {
        try scratch.write("", to: "f")
        #expect(try FileSystem.remove(scratch("f")))
        #expect(try !FileSystem.remove(scratch("f")))
        #expect(throws: PlatformError.self) { try FileSystem.remove(scratch.path) }
    }

    @Test(arguments: [0, 1, 9, 10])
    func readsUpToTheLimit(size: Int) throws {
        let text = String(repeating: "x", count: size)
        try scratch.write(text, to: "f")
        #expect(try FileSystem.readWhole(scratch("f"), limit: 10) == Array(text.utf8))
    }

    @Test(arguments: [11, 12, 100_000])
    func refusesMoreThanTheLimit(size: Int) throws {
        try scratch.write(String(repeating: "x", count: size), to: "f")
        let error = #expect(throws: PlatformError.self) { try FileSystem.readWhole(scratch("f"), limit: 10) }
        #expect(error?.errno == .fileTooLarge)
    }

    @Test func readsFilesThatClaimToBeEmpty() throws {
        #expect(try FileSystem.readWhole("/proc/self/mountinfo", limit: 1 << 20).count > 10)
        let error = #expect(throws: PlatformError.self) { try FileSystem.readWhole("/proc/self/mountinfo", limit: 9) }
        #expect(error?.errno == .fileTooLarge)
    }

    @Test func realPathHasNoDots() throws {
        let root = try FileSystem.realPath(scratch.path)
        #expect(try FileSystem.realPath(scratch("../\(root.split(separator: "/").last ?? "")")) == root)
        #expect(throws: PlatformError.self) { try FileSystem.realPath(scratch("none")) }
        #expect(try FileSystem.currentDirectory().first == "/")
    }
}
