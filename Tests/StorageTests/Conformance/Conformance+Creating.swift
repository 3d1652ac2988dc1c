import Format
import Storage
import Stream
import TestSupport
import Testing

extension Conformance {
    static let creating: [Check] = [
        Check("created objects are found") { try $0.createdIsFound() },
        Check("empty objects") { try $0.emptyObject() },
        Check("objects are never overwritten") { try $0.neverOverwritten() },
        Check("one of sixteen creators wins") { try $0.race() },
        Check("keys of every allowed form") { try $0.keyForms() },
        Check("content in slices") { try $0.slices() },
    ]

    private func createdIsFound() throws {
        for count in [1, 255, 65_537] {
            let key = try key("size/\(count)")
            let octets = octets(count)
            #expect(try create(key, octets) == .created)
            #expect(try content(key) == octets)
            let info = try #require(try store.head(key, until: deadline))
            #expect(info.key == key && info.byteCount == UInt64(count))
        }
    }

    private func emptyObject() throws {
        let key = try key("empty")
        #expect(try create(key, []) == .created)
        #expect(try content(key) == [])
        #expect(try store.head(key, until: deadline)?.byteCount == 0)
        var block = Block(capacity: 16)
        #expect(try store.readTail(key, into: &block, until: deadline) == .found(totalByteCount: 0))
        #expect(block.count == 0)
        #expect(try create(key, [1]) == .alreadyExists)
        #expect(try content(key) == [])
        #expect(try keys(key.path) == [key.path])
    }

    private func neverOverwritten() throws {
        let key = try key("never/overwritten")
        #expect(try create(key, octets(1000, seed: 1)) == .created)
        #expect(try create(key, octets(1000, seed: 1)) == .alreadyExists)
        #expect(try create(key, octets(2000, seed: 2)) == .alreadyExists)
        #expect(try create(key, []) == .alreadyExists)
        #expect(try content(key) == octets(1000, seed: 1))
    }

    private func race() throws {
        let key = try key("race/new/directory/object")
        let (store, deadline) = (store, deadline)
        let contents = (0..<16).map { octets(10_000, seed: UInt64($0)) }
        let answers = try inParallel(contents.count) { number in
            try store.create(key, .copying(contents[number]), until: deadline)
        }.map { try $0.get() }
        let winners = answers.indices.filter { answers[$0] == .created }
        if store.capabilities.conditionalCreate {
            #expect(winners.count == 1)
        } else {
            #expect(!winners.isEmpty)
        }
        let stored = try content(key)
        #expect(winners.contains { contents[$0] == stored })
    }

    private func keyForms() throws {
        let names = [
            "a+b", "a_b", "a-b", "a.b", ".hidden", "0", "UPPER/lower/0.9_-+", String(repeating: "x", count: 200),
        ]
        for name in names {
            let key = try key("forms/\(name)")
            #expect(try create(key, Array(name.utf8)) == .created)
        }
        for name in names { #expect(try content(key("forms/\(name)")) == Array(name.utf8)) }
        #expect(try keys("\(Self.prefix)forms/").count == names.count)
    }

    private func slices() throws {
        let key = try key("slices")
        var whole = Content()
        for seed in 0..<20 { whole.append(.copying(octets(seed * 37, seed: UInt64(seed)))) }
        let (first, second) = whole.split(at: 1234)
        var joined = second
        joined.append(first)
        #expect(try store.create(key, joined, until: deadline) == .created)
        #expect(try content(key) == joined.octets())
    }
}
