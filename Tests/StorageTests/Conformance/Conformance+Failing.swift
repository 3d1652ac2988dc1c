import Format
import Platform
import Storage
import Stream
import TestSupport
import Testing

extension Conformance {
    static let failing: [Check] = [
        Check("a deadline that has passed") { try $0.passedDeadline() },
        Check("more than one request takes") { try $0.tooLarge() },
    ]

    private func passedDeadline() throws {
        let key = try key("late/object")
        try create(key, [1])
        let absent = try self.key("late/absent")
        let session = try store.beginUpload(absent, until: deadline)
        let part = UploadPart(number: 1, offset: 0, content: .copying([1]))
        let receipt = try store.upload(part, to: session, until: deadline)
        let past = Deadline.after(seconds: 0)
        expect(.deadlinePassed) { _ = try store.create(absent, .copying([1]), until: past) }
        expect(.deadlinePassed) { _ = try store.beginUpload(absent, until: past) }
        expect(.deadlinePassed) { _ = try store.upload(part, to: session, until: past) }
        expect(.deadlinePassed) { _ = try store.complete(session, parts: [receipt], until: past) }
        expect(.deadlinePassed) { _ = try store.head(key, until: past) }
        expect(.deadlinePassed) { _ = try store.list(prefix: Self.prefix, after: nil, until: past) }
        expect(.deadlinePassed) { try store.delete(key, until: past) }
        var block = Block(capacity: 10)
        block.append([7])
        expect(.deadlinePassed) { _ = try store.read(key, from: 0, into: &block, until: past) }
        expect(.deadlinePassed) { _ = try store.readTail(key, into: &block, until: past) }
        #expect(block.octets() == [7])
        store.abort(session)
        try expectMissing(absent)
        #expect(try content(key) == [1])
    }

    /// Only where the limit is small enough to be met.
    private func tooLarge() throws {
        guard store.capabilities.singlePutBytesMax < 1 << 24 else { return }
        let key = try key("too/large")
        let octets = octets(store.capabilities.singlePutBytesMax + 1)
        expect(.tooLarge) { _ = try store.create(key, .copying(octets), until: deadline) }
        try expectMissing(key)
    }
}
