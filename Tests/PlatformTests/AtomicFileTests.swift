import Platform
import Testing

@Suite struct AtomicFileTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func store(
        _ text: String, as name: String = "f", overwrite: AtomicFile.Overwrite = .never, durable: Bool = true
    ) throws(PlatformError) -> Bool {
        var file = try AtomicFile(directory: scratch.path, name: name)
        // Two writes, so that half a file is possible.
        let octets = text.utf8Octets
        try file.write(octets.span.extracting(first: 1).bytes)
        try file.write(octets.span.extracting(droppingFirst: 1).bytes)
        return try file.commit(overwrite: overwrite, durable: durable)
    }

    @Test func appearsOnCommitOnly() throws {
        var file = try AtomicFile(directory: scratch.path, name: "f")
        try file.write("ab".utf8Octets.span.bytes)
        #expect(try file.byteCount() == 2)
        #expect(try scratch.read("f") == nil)
        let names = try scratch.names()
        #expect(names.count == 1)
        #expect(names.first?.hasPrefix(".f.tmp.") == true)
        #expect(AtomicFile.owner(ofTemporary: names[0]) == Process.pid)
        let isNew = try file.commit(overwrite: .never)
        #expect(isNew)
        #expect(try scratch.names() == ["f"])
        #expect(try scratch.read("f") == "ab")
    }

    @Test func vanishesWithoutCommit() throws {
        do {
            var file = try AtomicFile(directory: scratch.path, name: "f")
            try file.write("ab".utf8Octets.span.bytes)
        }
        #expect(try scratch.names() == [])
    }

    @Test func neverOverwritesUnlessTold() throws {
        #expect(try store("first"))
        #expect(try !store("second"))
        #expect(try scratch.read("f") == "first")
        #expect(try store("third", overwrite: .replace, durable: false))
        #expect(try scratch.read("f") == "third")
        #expect(try scratch.names() == ["f"])
    }

    @Test func takesPartsInAnyOrder() throws {
        let file = try AtomicFile(directory: scratch.path, name: "f")
        try file.preallocate(bytes: 4)
        try file.write("cd".utf8Octets.span.bytes, at: 2)
        try file.write("ab".utf8Octets.span.bytes, at: 0)
        let isNew = try file.commit(overwrite: .never)
        #expect(isNew)
        #expect(try scratch.read("f") == "abcd")
    }

    @Test(arguments: ["", "a/b", "a\0b"])
    func refusesWhatIsNoName(name: String) throws {
        let error = #expect(throws: PlatformError.self) { try store("xy", as: name) }
        #expect(error?.errno == .invalidArgument)
        #expect(try scratch.names() == [])
    }

    @Test func takesTheLongestNames() throws {
        let name = String(repeating: "ä", count: 127) + "x"
        #expect(try store("xy", as: name))
        #expect(try scratch.names() == [name])
        #expect(throws: PlatformError.self) { try store("xy", as: name + "y") }
        #expect(try scratch.names() == [name])
    }

    @Test(
        arguments: [
            (".f.tmp.12.ab", 12), (".a.b.tmp.7.0", 7), (".f.tmp.0.ab", nil), (".f.tmp.12.xyz", nil),
            ("f.tmp.12.ab", nil),
            (".tmp.12.ab", nil), (".f.tmp.12", nil), ("", nil), (".f.tmp.99999999999.ab", nil), (".f.tmp.12.ab.c", nil),
        ] as [(String, Int32?)])
    func knowsItsTemporaries(name: String, owner: Int32?) {
        #expect(AtomicFile.owner(ofTemporary: name) == owner)
    }
}

#if SYSCALL_FAULTS
/// Each system call of a commit fails once: the target is as before or whole, and no temporary is left.
extension AtomicFileTests {
    private static let errors: [Errno] = [.inputOutput, .noSpace, .interrupted, .invalidArgument]

    /// Runs `body` with the 1st, 2nd, … call failing, until it makes fewer calls; `check` follows each run.
    private func failEachCall(
        _ errno: Errno, prepare: () throws -> Void, _ body: () throws(PlatformError) -> Bool,
        check: (Result<Bool, PlatformError>) throws -> Void
    ) throws {
        for nth in 1...50 {
            try prepare()
            let run = SyscallFaults.failing(nth: nth, errno: errno, body)
            try check(run.result)
            if errno == .interrupted { #expect((try? run.result.get()) != nil, "call \(nth) was not repeated") }
            guard run.reached else {
                #expect(nth > 5, "the calls are counted")
                return
            }
        }
        Issue.record("the calls have no end")
    }

    @Test(arguments: errors, [true, false])
    func newFileIsAbsentOrWhole(errno: Errno, durable: Bool) throws {
        try failEachCall(errno) {
            try FileSystem.remove(scratch("f"))
        } _: { () throws(PlatformError) in
            try store("content", durable: durable)
        } check: { result in
            let content = try scratch.read("f")
            #expect(content == nil || content == "content")
            if case .success(let isNew) = result { #expect(isNew && content == "content") }
            #expect(try scratch.names() == (content == nil ? [] : ["f"]))
        }
    }

    @Test(arguments: errors)
    func replacedFileIsTheOldOrTheNew(errno: Errno) throws {
        try failEachCall(errno) {
            try scratch.write("old", to: "f")
        } _: { () throws(PlatformError) in
            try store("new", overwrite: .replace)
        } check: { result in
            let content = try scratch.read("f")
            #expect(content == "old" || content == "new")
            if case .success(let isNew) = result { #expect(isNew && content == "new") }
            #expect(try scratch.names() == ["f"])
        }
    }

    @Test(arguments: errors)
    func existingFileIsLeftAlone(errno: Errno) throws {
        try scratch.write("old", to: "f")
        try failEachCall(errno) {
        } _: { () throws(PlatformError) in
            try store("new")
        } check: { (result) throws in
            if case .success(let isNew) = result { #expect(!isNew) }
            #expect(try scratch.read("f") == "old")
            #expect(try scratch.names() == ["f"])
        }
    }

    /// The same where the file system lacks RENAME_NOREPLACE: link(2) and unlink(2) fail too.
    @Test(arguments: errors)
    func linkedFileIsAbsentOrWhole(errno: Errno) throws {
        try failEachCall(errno) {
            try FileSystem.remove(scratch("f"))
        } _: { () throws(PlatformError) in
            try SyscallFaults.failing(nth: 1, errno: .notImplemented, only: ["renameat2"]) { () throws(PlatformError) in
                try store("content")
            }.result.get()
        } check: { result in
            let content = try scratch.read("f")
            #expect(content == nil || content == "content")
            if case .success(let isNew) = result { #expect(isNew && content == "content") }
            #expect(try scratch.names() == (content == nil ? [] : ["f"]))
        }
    }
}
#endif
