import Format
import Platform
import Storage
import Stream
import TestSupport
import Testing

/// A disk that is not mounted is never taken for an empty repository.
@Suite struct LocalPresenceTests {
    private let directory: TemporaryDirectory
    private let store: LocalStore

    init() throws {
        directory = try TemporaryDirectory("presence")
        store = try localStore(in: directory, name: "near")
        _ = try store.create(key("a/object"), .copying([1]), until: .never)
    }

    /// Every call but those of an upload, by name.
    private func calls(_ key: ObjectKey) -> [(String, () throws -> Void)] {
        let store = store
        return [
            ("create", { _ = try store.create(key, .copying([1]), until: .never) }),
            ("begin", { _ = try store.beginUpload(key, until: .never) }),
            ("head", { _ = try store.head(key, until: .never) }),
            ("delete", { try store.delete(key, until: .never) }),
            ("list", { _ = try store.list(prefix: "", after: nil, until: .never) }),
            (
                "read",
                {
                    var block = Block(capacity: 8)
                    _ = try store.read(key, from: 0, into: &block, until: .never)
                }
            ),
            (
                "tail",
                {
                    var block = Block(capacity: 8)
                    _ = try store.readTail(key, into: &block, until: .never)
                }
            ),
        ]
    }

    private func expectAllMisconfigured(_ key: ObjectKey) {
        for (name, call) in calls(key) {
            let error = #expect(throws: StoreError.self, "\(name)") { try call() }
            #expect(error?.code == .misconfigured, "\(name)")
            #expect(error?.hint == "Is the disk mounted?", "\(name)")
            #expect(error?.cause.contains("repository \"near\" (\(store.root)) is not there") == true, "\(name)")
        }
    }

    @Test func theRootIsGone() throws {
        try FileSystem.removeTree(store.root)
        expectAllMisconfigured(key("a/object"))
        expectAllMisconfigured(RepositoryLayout.marker)
        #expect(try FileSystem.status(of: store.root) == nil)
    }

    @Test func onlyTheMountPointIsThere() throws {
        try FileSystem.removeTree(store.root)
        try FileSystem.createDirectory(store.root)
        expectAllMisconfigured(key("a/object"))
        #expect(try FileSystem.list(store.root) == [])
    }

    @Test func theRootIsAFile() throws {
        try FileSystem.removeTree(store.root)
        _ = try Descriptor.open(store.root, .createNew)
        expectAllMisconfigured(key("a/object"))
    }

    @Test func theDiskGoesDuringAnUpload() throws {
        let session = try store.beginUpload(key("a/large"), until: .never)
        let part = UploadPart(number: 1, offset: 0, content: .copying([1]))
        let receipt = try store.upload(part, to: session, until: .never)
        try FileSystem.removeTree(store.root)
        #expect(throws: StoreError.self) { _ = try store.complete(session, parts: [receipt], until: .never) }
        #expect(try FileSystem.status(of: store.root) == nil)
    }

    @Test func founding() throws {
        let fresh = LocalStore(root: "\(directory.path)/fresh", name: "fresh")
        try fresh.makeRoot()
        try fresh.makeRoot()
        let marker = RepositoryLayout.marker
        // Of the marker alone, the empty root may say that it is missing.
        #expect(try fresh.head(marker, until: .never) == nil)
        #expect(throws: StoreError.self) { _ = try fresh.head(key("other"), until: .never) }
        #expect(try fresh.create(marker, .copying([1]), until: .never) == .created)
        #expect(try fresh.head(key("other"), until: .never) == nil)
        try fresh.makeRoot()
    }

    @Test func theDirectoryAboveTheRootIsNotMade() throws {
        let deep = LocalStore(root: "\(directory.path)/no/such", name: "deep")
        #expect(throws: StoreError.self) { try deep.makeRoot() }
        #expect(try FileSystem.status(of: "\(directory.path)/no") == nil)
    }
}
