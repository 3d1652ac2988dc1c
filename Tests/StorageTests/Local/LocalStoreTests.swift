import Format
import Platform
import Storage
import Stream
import TestSupport
import Testing

@Suite struct LocalStoreTests {
    private let directory: TemporaryDirectory
    private let store: LocalStore

    init() throws {
        directory = try TemporaryDirectory("local")
        store = try localStore(in: directory, name: "near")
    }

    private func create(_ path: String, _ octets: [UInt8] = [1]) throws -> Creation {
        try store.create(key(path), .copying(octets), until: .never)
    }

    private func paths(_ prefix: String = "") throws -> [String] {
        try store.list(prefix: prefix, after: nil, until: .never).objects.map(\.key.path)
    }

    private func touch(_ path: String) throws {
        _ = try Descriptor.open("\(store.root)/\(path)", .createNew)
    }

    private func thrown(_ body: () throws -> Void) throws -> StoreError {
        try #require(throws: StoreError.self) { try body() }
    }

    @Test func description() {
        #expect(store.description == "repository \"near\" (\(store.root))")
        #expect(LocalStore(root: "/a/b//", name: "x").root == "/a/b")
        #expect(LocalStore(root: "/", name: "x").root == "/")
    }

    @Test func theKeyIsThePath() throws {
        #expect(try create("a/b/c", [1, 2, 3]) == .created)
        #expect(try FileSystem.readWhole("\(store.root)/a/b/c", limit: 10) == [1, 2, 3])
    }

    @Test func permissions() throws {
        try FileSystem.createDirectory("\(directory.path)/all", permissions: 0o777)
        let umask = try 0o777 ^ #require(try FileSystem.status(of: "\(directory.path)/all")).permissions
        _ = try create("a/b/c")
        let session = try store.beginUpload(key("a/b/d"), until: .never)
        let receipt = try store.upload(
            UploadPart(number: 1, offset: 0, content: .copying([1])), to: session, until: .never)
        _ = try store.complete(session, parts: [receipt], until: .never)
        for (path, wanted) in [("", 0o750), ("/a", 0o750), ("/a/b", 0o750), ("/a/b/c", 0o640), ("/a/b/d", 0o640)] {
            let status = try #require(try FileSystem.status(of: store.root + path))
            #expect(status.permissions == UInt16(wanted) & ~umask, "\(path)")
        }
    }

    @Test func namesInTheWay() throws {
        _ = try create("a/b/c")
        #expect(try thrown { _ = try create("a/b") }.code == .refused)
        #expect(try thrown { _ = try create("a/b/c/d") }.code == .refused)
        let long = "long/" + String(repeating: "x", count: 256)
        #expect(try thrown { _ = try create(long) }.code == .refused)
        #expect(try paths() == ["a/b/c", RepositoryLayout.marker.path])
    }

    @Test func temporaryNamesAreNoKeys() throws {
        let name = "a/.name.tmp.123.abc"
        #expect(try thrown { _ = try create(name) }.code == .refused)
        #expect(try thrown { _ = try store.beginUpload(key(name), until: .never) }.code == .refused)
        // Names that only resemble them are.
        for name in [".a.tmp", "a.tmp.123.abc", ".a.tmp.x.abc"] { #expect(try create(name) == .created) }
    }

    @Test func foreignNamesAreNotListed() throws {
        _ = try create("a/object")
        for name in ["a/with space", "a/ümlaut", "a/#hash", "a/.x.tmp.1.ff"] { try touch(name) }
        try FileSystem.createDirectory("\(store.root)/lost found")
        try touch("lost found/object")
        #expect(try paths() == ["a/object", RepositoryLayout.marker.path])
    }

    @Test func emptyDirectoriesAreNotListed() throws {
        try FileSystem.createDirectory("\(store.root)/x/y/z", parents: true)
        #expect(try paths("x") == [])
        #expect(try store.head(key("x/y"), until: .never) == nil)
    }

    @Test func partsOutsideTheObject() throws {
        let session = try store.beginUpload(key("odd"), until: .never)
        func part(_ number: Int, _ offset: UInt64, _ octets: [UInt8]) throws -> PartReceipt {
            let part = UploadPart(number: number, offset: offset, content: .copying(octets))
            return try store.upload(part, to: session, until: .never)
        }
        #expect(try thrown { _ = try part(1, 0, []) }.code == .refused)
        #expect(try thrown { _ = try part(1, .max, [1]) }.code == .tooLarge)
        let receipts = [try part(1, 0, [1, 2]), try part(2, 3, [3])]
        // A gap, a part too few, none at all.
        for wrong in [receipts, [receipts[0]], []] {
            #expect(try thrown { _ = try store.complete(session, parts: wrong, until: .never) }.code == .refused)
        }
        let right = [receipts[0], try part(2, 2, [3, 4])]
        #expect(try store.complete(session, parts: right, until: .never) == .created)
        #expect(try FileSystem.readWhole("\(store.root)/odd", limit: 10) == [1, 2, 3, 4])
    }

    @Test func droppedStoresLeaveNoTemporaryFiles() throws {
        do {
            let other = LocalStore(root: store.root, name: "other")
            let session = try other.beginUpload(key("a/b"), until: .never)
            let part = UploadPart(number: 1, offset: 0, content: .copying([1]))
            _ = try other.upload(part, to: session, until: .never)
            #expect(try FileSystem.list("\(store.root)/a").count == 1)
        }
        #expect(try FileSystem.list("\(store.root)/a") == [])
    }
}

/// What earlier processes left behind.
@Suite struct AbandonedFileTests {
    private let directory: TemporaryDirectory
    private let store: LocalStore
    /// No process has this number: the kernel gives at most 2^22 (proc(5), pid_max).
    private static let dead = Int32.max

    init() throws {
        directory = try TemporaryDirectory("abandoned")
        store = try localStore(in: directory)
        _ = try store.create(key("a/b/object"), .copying([1]), until: .never)
    }

    private func temporary(of process: Int32, in path: String = "a/b") throws -> String {
        let path = "\(store.root)/\(path)/.object.tmp.\(process).abc"
        _ = try Descriptor.open(path, .createNew)
        return path
    }

    private func later(_ seconds: Int64) -> UnixTime {
        UnixTime(seconds: Clock.now().seconds + seconds, nanoseconds: 0)
    }

    @Test func onlyThoseOfDeadProcesses() throws {
        let dead = try temporary(of: Self.dead)
        let other = try temporary(of: Self.dead, in: "a")
        let alive = try temporary(of: Process.pid)
        #expect(try store.removeAbandoned(now: later(100_000), until: .never) == 2)
        #expect(try FileSystem.status(of: dead) == nil)
        #expect(try FileSystem.status(of: other) == nil)
        #expect(try FileSystem.status(of: alive) != nil)
        #expect(try store.head(key("a/b/object"), until: .never)?.byteCount == 1)
        #expect(try store.removeAbandoned(now: later(100_000), until: .never) == 0)
    }

    @Test func onlyOldOnes() throws {
        let young = try temporary(of: Self.dead)
        #expect(try store.removeAbandoned(now: later(80_000), until: .never) == 0)
        #expect(try FileSystem.status(of: young) != nil)
        #expect(try store.removeAbandoned(olderThan: 60, now: later(80_000), until: .never) == 1)
    }

    @Test func aMissingDiskIsTrouble() throws {
        try FileSystem.removeTree(store.root)
        let error = #expect(throws: StoreError.self) { _ = try store.removeAbandoned(until: .never) }
        #expect(error?.code == .misconfigured)
    }
}
