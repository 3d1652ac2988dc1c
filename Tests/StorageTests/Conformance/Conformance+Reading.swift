import Format
import Storage
import Stream
import TestSupport
import Testing

extension Conformance {
    static let reading: [Check] = [
        Check("whole objects by blocks of any size") { try $0.blocksOfAnySize() },
        Check("ranges") { try $0.ranges() },
        Check("reading appends") { try $0.readingAppends() },
        Check("reading past the end") { try $0.pastTheEnd() },
        Check("tails") { try $0.tails() },
        Check("missing objects") { try $0.missingObjects() },
        Check("parts of keys are no objects") { try $0.partsOfKeys() },
    ]

    private func blocksOfAnySize() throws {
        let key = try key("read/blocks")
        let octets = octets(10_000)
        try create(key, octets)
        for blockBytes in [999, 5_000, 9_999, 10_000, 10_001, 1 << 20] {
            #expect(try content(key, blockBytes: blockBytes) == octets)
        }
    }

    private func ranges() throws {
        let key = try key("read/ranges")
        let octets = octets(10_000)
        try create(key, octets)
        for (offset, capacity) in [(0, 1), (1, 1), (4_095, 4_097), (9_999, 1), (9_990, 100), (5_000, 5_000)] {
            var block = Block(capacity: capacity)
            let answer = try store.read(key, from: UInt64(offset), into: &block, until: deadline)
            #expect(answer == .found(totalByteCount: 10_000))
            #expect(block.octets() == Array(octets[offset...].prefix(capacity)))
        }
    }

    private func readingAppends() throws {
        let key = try key("read/appends")
        let octets = octets(100)
        try create(key, octets)
        var block = Block(capacity: 50)
        block.append([1, 2, 3])
        _ = try store.read(key, from: 10, into: &block, until: deadline)
        #expect(block.octets() == [1, 2, 3] + octets[10..<57])
        block.truncate(to: 2)
        _ = try store.readTail(key, into: &block, until: deadline)
        #expect(block.octets() == [1, 2] + octets[52...])
    }

    private func pastTheEnd() throws {
        let key = try key("read/past")
        try create(key, octets(100))
        for offset in [100, 101, 1_000_000, UInt64(Int64.max)] {
            var block = Block(capacity: 10)
            block.append([7])
            let answer = try store.read(key, from: offset, into: &block, until: deadline)
            #expect(answer == .found(totalByteCount: 100))
            #expect(block.octets() == [7])
        }
    }

    private func tails() throws {
        let key = try key("read/tails")
        let octets = octets(1_000)
        try create(key, octets)
        for capacity in [1, 272, 999, 1_000, 1_001, 65_536] {
            var block = Block(capacity: capacity)
            let answer = try store.readTail(key, into: &block, until: deadline)
            #expect(answer == .found(totalByteCount: 1_000))
            #expect(block.octets() == Array(octets.suffix(capacity)))
        }
    }

    private func missingObjects() throws {
        try create(key("read/present"), [1])
        for name in ["read/absent", "read/present2", "no/such/directory/object"] {
            let key = try key(name)
            #expect(try store.head(key, until: deadline) == nil)
            var block = Block(capacity: 10)
            block.append([7])
            #expect(try store.read(key, from: 0, into: &block, until: deadline) == .missing)
            #expect(try store.read(key, from: 5, into: &block, until: deadline) == .missing)
            #expect(try store.readTail(key, into: &block, until: deadline) == .missing)
            #expect(block.octets() == [7])
        }
    }

    private func partsOfKeys() throws {
        try create(key("whole/key/object"), [1])
        try expectNoObject("whole")
        try expectNoObject("whole/key")
        try expectNoObject("whole/key/obj")
        try expectNoObject("whole/key/object/below")
    }

    private func expectNoObject(_ name: String) throws {
        let key = try key(name)
        #expect(try store.head(key, until: deadline) == nil)
        var block = Block(capacity: 10)
        #expect(try store.read(key, from: 0, into: &block, until: deadline) == .missing)
        try store.delete(key, until: deadline)
        #expect(try content(self.key("whole/key/object")) == [1])
    }
}
