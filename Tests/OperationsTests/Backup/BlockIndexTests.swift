import Format
import Operations
import Platform
import TestSupport
import Testing

@testable import Operations

@Suite struct BlockIndexTests {
    private let stage: BackupStage
    private var path: String { "\(stage.directory.path)/index" }

    init() throws { stage = try BackupStage() }

    private func save() throws -> BlockIndex {
        try stage.directory.write("base/1/1", [1, 2, 3])
        let made = try stage.backUp(["base/1/1"])
        let index = BlockIndex(
            places: ["file:///a", "s3://b/c"], readers: ["alice"], manifest: made.manifest,
            pageErrors: [PageError(file: "base/1/1", block: .max), PageError(file: "x", block: 0)])
        try index.save(directory: stage.directory.path, name: "index")
        return index
    }

    @Test func isReadAsItWasWritten() throws {
        let index = try save()
        let read = try #require(BlockIndex.load(path))
        #expect(read.places == index.places && read.readers == index.readers)
        #expect(read.pageErrors == index.pageErrors && read.manifest == index.manifest)
        #expect(try #require(try FileSystem.status(of: path)).permissions == 0o600)
    }

    @Test func damageMakesItNone() throws {
        _ = try save()
        let octets = try #require(try stage.directory.octets(of: "index"))
        for count in 0..<octets.count {
            try stage.directory.write("index", Array(octets.prefix(count)))
            #expect(BlockIndex.load(path) == nil, "\(count)")
        }
        for offset in octets.indices {
            var damaged = octets
            damaged[offset] ^= 0x20
            try stage.directory.write("index", damaged)
            #expect(BlockIndex.load(path) == nil, "\(offset)")
        }
        try FileSystem.remove(path)
        #expect(BlockIndex.load(path) == nil)
    }

    @Test func theOldOneStaysWhenTheNewOneCannotBeWritten() throws {
        let index = try save()
        let other = BlockIndex(places: [], readers: [], manifest: index.manifest, pageErrors: [])
        var nth = 1
        while true {
            let (result, reached) = SyscallFaults.failing(nth: nth, errno: .noSpace, only: ["open", "write", "fsync"]) {
                () throws(OperationError) in try other.save(directory: stage.directory.path, name: "index")
            }
            let read = try #require(BlockIndex.load(path))
            if case .failure = result { #expect(read.places == index.places || nth > 2) }
            guard reached else { break }
            nth += 1
        }
        #expect(nth > 2)
    }
}
