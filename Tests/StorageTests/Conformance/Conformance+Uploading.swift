import Format
import Storage
import Stream
import TestSupport
import Testing

extension Conformance {
    static let uploading: [Check] = [
        Check("parts in any order") { try $0.anyOrder() },
        Check("parts in parallel") { try $0.parallelParts() },
        Check("one part alone") { try $0.onePart() },
        Check("a part sent again") { try $0.repeatedPart() },
        Check("unfinished uploads are invisible") { try $0.invisible() },
        Check("aborted uploads leave nothing") { try $0.aborted() },
        Check("uploads never overwrite") { try $0.uploadNeverOverwrites() },
        Check("one of four uploads wins") { try $0.uploadRace() },
        Check("completing twice") { try $0.completedTwice() },
        Check("wrong parts are refused") { try $0.wrongParts() },
        Check("unknown sessions are refused") { try $0.unknownSession() },
        Check("a writer's large object") { try $0.largeObject() },
    ]

    /// Above the store's minimum, and no multiple of anything.
    private var partBytes: Int { max(store.capabilities.minimumPartBytes, 100_000) + 13 }

    /// Full parts and a short last one.
    private func parts(_ count: Int, seed: UInt64 = 1) -> [UploadPart] {
        (1...count).map { number in
            let size = number == count ? 17 : partBytes
            let content = Content.copying(octets(size, seed: seed + UInt64(number)))
            return UploadPart(number: number, offset: UInt64((number - 1) * partBytes), content: content)
        }
    }

    private func octets(of parts: [UploadPart]) -> [UInt8] { parts.flatMap { $0.content.octets() } }

    private func upload(_ parts: [UploadPart], to session: UploadSession) throws -> [PartReceipt] {
        try parts.map { try store.upload($0, to: session, until: deadline) }
    }

    private func anyOrder() throws {
        let key = try key("upload/any/order")
        let parts = parts(3)
        let session = try store.beginUpload(key, until: deadline)
        #expect(session.key == key)
        let receipts = try upload([parts[2], parts[0], parts[1]], to: session)
        #expect(receipts.map(\.number) == [3, 1, 2])
        let sorted = receipts.sorted { $0.number < $1.number }
        #expect(try store.complete(session, parts: sorted, until: deadline) == .created)
        #expect(try content(key) == octets(of: parts))
    }

    private func parallelParts() throws {
        let key = try key("upload/parallel")
        let (store, deadline, parts) = (store, deadline, parts(4))
        let session = try store.beginUpload(key, until: deadline)
        let receipts = try inParallel(parts.count) { try store.upload(parts[$0], to: session, until: deadline) }
        let answer = try store.complete(session, parts: receipts.map { try $0.get() }, until: deadline)
        #expect(answer == .created)
        #expect(try content(key) == octets(of: parts))
    }

    private func onePart() throws {
        let key = try key("upload/one")
        let session = try store.beginUpload(key, until: deadline)
        let receipts = try upload(parts(1), to: session)
        #expect(try store.complete(session, parts: receipts, until: deadline) == .created)
        #expect(try content(key) == octets(of: parts(1)))
    }

    private func repeatedPart() throws {
        let key = try key("upload/repeated")
        let (wrong, right) = (parts(2, seed: 50), parts(2, seed: 60))
        let session = try store.beginUpload(key, until: deadline)
        _ = try upload(wrong, to: session)
        let receipts = try upload(right, to: session)
        #expect(try store.complete(session, parts: receipts, until: deadline) == .created)
        #expect(try content(key) == octets(of: right))
    }

    private func invisible() throws {
        let key = try key("upload/invisible/object")
        let session = try store.beginUpload(key, until: deadline)
        try expectMissing(key)
        let receipts = try upload(parts(2), to: session)
        try expectMissing(key)
        #expect(try keys("\(Self.prefix)upload/invisible") == [])
        #expect(try store.complete(session, parts: receipts, until: deadline) == .created)
        #expect(try keys("\(Self.prefix)upload/invisible") == [key.path])
    }

    private func aborted() throws {
        let key = try key("upload/aborted")
        let session = try store.beginUpload(key, until: deadline)
        let receipts = try upload(parts(2), to: session)
        store.abort(session)
        store.abort(session)
        try expectMissing(key)
        expect(endedSession) { _ = try store.complete(session, parts: receipts, until: deadline) }
        try expectMissing(key)
        #expect(try create(key, [1]) == .created)
    }

    private func uploadNeverOverwrites() throws {
        let key = try key("upload/never/overwrites")
        let session = try store.beginUpload(key, until: deadline)
        let receipts = try upload(parts(2), to: session)
        #expect(try create(key, [1, 2, 3]) == .created)
        #expect(try store.complete(session, parts: receipts, until: deadline) == .alreadyExists)
        #expect(try content(key) == [1, 2, 3])
        #expect(try keys(key.path) == [key.path])
        // The session is over either way.
        store.abort(session)
        #expect(try content(key) == [1, 2, 3])
    }

    private func uploadRace() throws {
        let key = try key("upload/race")
        let (store, deadline) = (store, deadline)
        let all = (0..<4).map { parts(2, seed: UInt64(100 * $0)) }
        let answers = try inParallel(all.count) { number in
            let session = try store.beginUpload(key, until: deadline)
            let receipts = try all[number].map { try store.upload($0, to: session, until: deadline) }
            return try store.complete(session, parts: receipts, until: deadline)
        }.map { try $0.get() }
        let winners = answers.indices.filter { answers[$0] == .created }
        #expect(store.capabilities.conditionalComplete ? winners.count == 1 : !winners.isEmpty)
        let stored = try content(key)
        #expect(winners.contains { octets(of: all[$0]) == stored })
    }

    private func completedTwice() throws {
        let key = try key("upload/twice")
        let session = try store.beginUpload(key, until: deadline)
        let receipts = try upload(parts(2), to: session)
        #expect(try store.complete(session, parts: receipts, until: deadline) == .created)
        // A store that remembers the session may say again that it created the object.
        #expect([.alreadyExists, .created].contains(try store.complete(session, parts: receipts, until: deadline)))
        #expect(try content(key) == octets(of: parts(2)))
    }

    private func wrongParts() throws {
        let key = try key("upload/wrong")
        let session = try store.beginUpload(key, until: deadline)
        let receipts = try upload(parts(2), to: session)
        expect(.refused) {
            _ = try store.complete(session, parts: [receipts[1], receipts[0]], until: deadline)
        }
        try expectMissing(key)
        store.abort(session)
        try expectMissing(key)
    }

    private func unknownSession() throws {
        let key = try key("upload/unknown")
        let session = try store.beginUpload(key, until: deadline)
        store.abort(session)
        expect(endedSession) { _ = try store.upload(parts(1)[0], to: session, until: deadline) }
        try expectMissing(key)
    }

    private func largeObject() throws {
        let key = try key("upload/large")
        let octets = octets(3 * partBytes + 12_345)
        let writer = ObjectWriter(store: store, key: key, partBytes: partBytes, parallelParts: 3, until: deadline)
        var rest = octets[...]
        while !rest.isEmpty {
            let slice = rest.prefix(70_000)
            rest = rest.dropFirst(slice.count)
            try writer.write(.copying(Array(slice)))
        }
        #expect(try writer.commit() == .created)
        #expect(writer.byteCount == UInt64(octets.count))
        let pool = BlockPool(name: "conformance", blockCapacity: 65_536, blockCount: 6)
        let reader = ObjectReader(store: store, key: key, pool: pool, ahead: 4, until: deadline)
        #expect(try reader.open() == .found(totalByteCount: UInt64(octets.count)))
        var read: [UInt8] = []
        while let block = try reader.next() { read += block.octets() }
        #expect(read == octets)
    }
}
