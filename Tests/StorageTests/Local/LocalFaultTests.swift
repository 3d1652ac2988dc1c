#if SYSCALL_FAULTS
import Format
import Platform
import Storage
import Stream
import TestSupport
import Testing

/// Every system call of an operation fails once, the first, the second, … until there are no more.
@Suite struct LocalFaultTests {
    private static let errnos: [Errno] = [.inputOutput, .noSpace, .accessDenied]

    private let directory: TemporaryDirectory
    private let store: LocalStore
    private let octets: [UInt8]

    init() throws {
        directory = try TemporaryDirectory("faults")
        store = try localStore(in: directory)
        var random = SeededRandom(seed: 3, name: "faults")
        octets = random.octets(200_000)
    }

    /// Runs `body` with its nth call failing, for all n. `body` gets n, and `check` n and what `body` returned.
    private func sweep<R>(
        _ errno: Errno, _ body: (Int) throws -> R, check: (Int, Result<R, any Error>) throws -> Void
    ) throws {
        var nth = 1
        while true {
            let (result, reached) = SyscallFaults.failing(nth: nth, errno: errno) { () throws(any Error) in
                try body(nth)
            }
            guard reached else {
                #expect(throws: Never.self) { try result.get() }
                #expect(nth > 1, "faults were counted")
                return
            }
            try check(nth, result)
            nth += 1
        }
    }

    private func stored(_ key: ObjectKey) throws -> [UInt8]? {
        guard try FileSystem.status(of: "\(store.root)/\(key.path)") != nil else { return nil }
        return try FileSystem.readWhole("\(store.root)/\(key.path)", limit: 1 << 20)
    }

    /// The object is there whole or not at all, and no file beside it; the same call again makes it.
    private func expectWholeOrAbsent(_ key: ObjectKey, after result: Result<Creation, any Error>) throws {
        let found = try stored(key)
        #expect(found == nil || found == octets)
        if case .success(let creation) = result { #expect(creation == .created && found == octets) }
        let listed = try store.list(prefix: key.path, after: nil, until: .never).objects.map(\.key)
        #expect(listed == (found == nil ? [] : [key]))
        let parent = try #require(FileSystem.parent(of: "\(store.root)/\(key.path)"))
        let names = try FileSystem.status(of: parent) == nil ? [] : FileSystem.list(parent)
        #expect(names.count == listed.count, "\(names)")
        let again = try store.create(key, .copying(octets), until: .never)
        #expect(again == (found == nil ? .created : .alreadyExists))
        #expect(try stored(key) == octets)
    }

    @Test(arguments: errnos)
    func create(errno: Errno) throws {
        try sweep(errno) { nth in
            // Each time a new store, which knows of no directory yet, and new directories.
            let store = LocalStore(root: self.store.root, name: "swept")
            return try store.create(key("new/\(nth)/object"), .copying(octets), until: .never)
        } check: { nth, result in
            try expectWholeOrAbsent(key("new/\(nth)/object"), after: result)
        }
    }

    @Test(arguments: errnos)
    func upload(errno: Errno) throws {
        try sweep(errno) { nth in
            let writer = ObjectWriter(
                store: LocalStore(root: self.store.root, name: "swept"), key: key("up/\(nth)/object"),
                partBytes: 70_000, parallelParts: 2, until: .never)
            try writer.write(.copying(octets))
            return try writer.commit()
        } check: { nth, result in
            try expectWholeOrAbsent(key("up/\(nth)/object"), after: result)
        }
    }

    /// `alreadyExists` promises durability too: it is not said when that cannot be had.
    @Test func existingObjectsAreSynchronisedAgain() throws {
        let target = key("deep/down/object")
        _ = try store.create(target, .copying(octets), until: .never)
        for nth in 1...4 {
            let (result, reached) = SyscallFaults.failing(nth: nth, errno: .inputOutput, only: ["fsync"]) {
                () throws(StoreError) in
                // A new store, as in another process: file, its directory, and the two above it.
                try LocalStore(root: store.root, name: "other").create(target, .copying([1]), until: .never)
            }
            #expect(reached, "\(nth)")
            let error = #expect(throws: StoreError.self) { try result.get() }
            #expect(error?.code == .localFault)
        }
        let (result, reached) = SyscallFaults.failing(nth: 3, errno: .inputOutput, only: ["fsync"]) {
            () throws(StoreError) in try store.create(target, .copying([1]), until: .never)
        }
        #expect(!reached, "the store that made it knows the directories above")
        #expect(try result.get() == .alreadyExists)
    }

    @Test(arguments: errnos)
    func read(errno: Errno) throws {
        let target = key("a/object")
        _ = try store.create(target, .copying(octets), until: .never)
        try sweep(errno) { _ in
            var block = Block(capacity: 300_000)
            block.append([9])
            let answer = Result { try store.read(target, from: 0, into: &block, until: .never) }
            if case .failure = answer { #expect(block.octets() == [9]) }
            return try (answer.get(), block.octets())
        } check: { _, result in
            // An error, or the truth; never "missing", never part of it.
            guard case .success(let (answer, read)) = result else { return }
            #expect(answer == .found(totalByteCount: UInt64(octets.count)) && read == [9] + octets)
        }
    }

    /// A kernel that says "no such file" once about a file that is there does not make it missing.
    @Test func oneNoSuchFileIsNotBelieved() throws {
        let target = key("a/object")
        _ = try store.create(target, .copying(octets), until: .never)
        try sweep(.noSuchFile) { _ in
            try store.head(target, until: .never)
        } check: { nth, result in
            let info = try result.get()
            #expect(info?.byteCount == UInt64(octets.count), "\(nth)")
        }
    }

    @Test(arguments: errnos)
    func list(errno: Errno) throws {
        let keys = try (0..<5).map { number in
            let target = key("l/\(number)/object")
            _ = try store.create(target, .copying([1]), until: .never)
            return target
        }
        try sweep(errno) { _ in
            try store.list(prefix: "l/", after: nil, until: .never)
        } check: { _, result in
            guard case .success(let page) = result else { return }
            #expect(page.objects.map(\.key) == keys)
        }
    }

    @Test(arguments: errnos)
    func delete(errno: Errno) throws {
        let target = key("d/object")
        try sweep(errno) { _ in
            _ = try? store.create(target, .copying([1]), until: .never)
            try store.delete(target, until: .never)
        } check: { nth, result in
            if case .success = result { #expect(try stored(target) == nil, "\(nth)") }
            try store.delete(target, until: .never)
            #expect(try stored(target) == nil)
        }
    }

    @Test func classification() throws {
        let codes: [(Errno, StoreError.Code)] = [
            (.noSpace, .full), (.quotaExceeded, .full), (.accessDenied, .denied), (.notPermitted, .denied),
            (.readOnlyFileSystem, .denied), (.fileTooLarge, .tooLarge), (.inputOutput, .localFault),
        ]
        for (errno, code) in codes {
            let (result, _) = SyscallFaults.failing(nth: 1, errno: errno, only: ["write"]) { () throws(StoreError) in
                try store.create(key("classified"), .copying([1]), until: .never)
            }
            let error = #expect(throws: StoreError.self) { try result.get() }
            #expect(error?.code == code)
            #expect(error?.isRetryable == false)
            #expect(error?.cause.contains("\(errno)") == true)
        }
    }
}
#endif
