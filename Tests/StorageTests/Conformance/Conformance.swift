import Format
import Platform
import Storage
import Stream
import TestSupport
import Testing

/// Checks everything `Store` promises against the store that `make` gives: it is called for each check, and gives an
/// empty store each time, or one that holds nothing below `Conformance.prefix`. Some servers fail instead of refusing
/// what is sent to a session that has ended: `endedSession` is what to accept there. Imitations of servers may not bear
/// writers that race for one key: `withRaces` leaves those checks out.
func runConformance(
    endedSession: [StoreError.Code] = [.refused], withRaces: Bool = true, _ make: () throws -> any Store
) throws {
    for check in Conformance.checks where withRaces || !Conformance.races.contains(check.name) {
        // A named comment would be lost on a throw, so the error is recorded here, and the next check goes on.
        do {
            try check.body(Conformance(store: try make(), endedSession: endedSession))
        } catch {
            Issue.record("conformance check \"\(check.name)\" threw: \(error)")
        }
    }
}

/// The checks of one store. Each is a function, in the extensions beside this file.
struct Conformance {
    struct Check: Sendable {
        let name: String
        let body: @Sendable (Conformance) throws -> Void

        init(_ name: String, _ body: @escaping @Sendable (Conformance) throws -> Void) {
            self.name = name
            self.body = body
        }
    }

    /// All keys the checks use begin with this.
    static let prefix = "conformance/"

    static let checks: [Check] =
        creating + uploading + reading + listing + deleting + failing

    /// The checks in which several writers race for one key.
    static let races: Set = ["one of sixteen creators wins", "one of four uploads wins"]

    let store: any Store
    let endedSession: [StoreError.Code]
    /// Far away: no check is meant to meet it.
    let deadline = Deadline.after(seconds: 300)

    func key(_ name: String) throws -> ObjectKey { try #require(ObjectKey(Self.prefix + name)) }

    /// Octets that differ from place to place, so that none can stand for another.
    func octets(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
        var random = SeededRandom(seed: seed, name: "conformance")
        return random.octets(count)
    }

    @discardableResult
    func create(_ key: ObjectKey, _ octets: [UInt8]) throws -> Creation {
        try store.create(key, .copying(octets), until: deadline)
    }

    /// The whole object by reads of `blockBytes`; nil when it is missing.
    func content(_ key: ObjectKey, blockBytes: Int = 1 << 20) throws -> [UInt8]? {
        var octets: [UInt8] = []
        while true {
            var block = Block(capacity: blockBytes)
            let answer = try store.read(key, from: UInt64(octets.count), into: &block, until: deadline)
            guard case .found(let total) = answer else { return nil }
            octets += block.octets()
            if block.count == 0 || UInt64(octets.count) == total {
                #expect(UInt64(octets.count) == total)
                return octets
            }
        }
    }

    /// All keys below `prefix`, page by page.
    func keys(_ prefix: String) throws -> [String] {
        var keys: [String] = []
        var after: ObjectKey?
        repeat {
            let page = try store.list(prefix: prefix, after: after, until: deadline)
            #expect(page.objects.count <= Page.objectCountMax)
            keys += page.objects.map(\.key.path)
            after = page.nextAfter
        } while after != nil
        return keys
    }

    func expectMissing(_ key: ObjectKey) throws {
        #expect(try store.head(key, until: deadline) == nil)
        #expect(try content(key) == nil)
        #expect(try keys(key.path) == [])
    }

    /// Checks that `body` throws an error of one of `codes`.
    func expect(_ codes: StoreError.Code..., from body: () throws -> Void) {
        expect(codes, from: body)
    }

    func expect(_ codes: [StoreError.Code], from body: () throws -> Void) {
        do {
            try body()
            Issue.record("nothing was thrown instead of \(codes)")
        } catch let error as StoreError {
            #expect(codes.contains(error.code), "\(error)")
            #expect(!error.cause.isEmpty && !error.object.isEmpty && !error.operation.isEmpty)
        } catch {
            Issue.record("not a store's error: \(error)")
        }
    }
}
