import Format
import Storage
import Stream
import TestSupport
import Testing

extension Conformance {
    static let listing: [Check] = [
        Check("nothing to list") { try $0.nothingToList() },
        Check("order of the keys' bytes") { try $0.byteOrder() },
        Check("prefixes") { try $0.prefixes() },
        Check("after") { try $0.after() },
        Check("sizes in listings") { try $0.sizes() },
        Check("more than a page") { try $0.pages() },
    ]

    static let deleting: [Check] = [
        Check("deleting twice") { try $0.deletingTwice() }
    ]

    private func nothingToList() throws {
        for prefix in [Self.prefix, "\(Self.prefix)none/", "\(Self.prefix)no", "../", "/", "//", "\(Self.prefix)/"] {
            #expect(try keys(prefix) == [])
        }
        let page = try store.list(prefix: Self.prefix, after: nil, until: deadline)
        #expect(page.nextAfter == nil)
    }

    private func fill(_ names: [String]) throws -> [String] {
        for name in names.reversed() { try create(key(name), []) }
        return names.map { Self.prefix + $0 }
    }

    private func byteOrder() throws {
        // In the order of ASCII: + - . / 0 A _ a.
        let paths = try fill(
            [
                "a+", "a+/z", "a-", "a-b/c", "a.", "a/+", "a/b/c", "a/b0", "a/ba", "a0", "a0/a", "aA", "a_", "aa", "b",
            ].filter { $0 != "a+" && $0 != "a0" && $0 != "a-" })
        #expect(try keys(Self.prefix) == paths)
        #expect(paths == paths.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
    }

    private func prefixes() throws {
        _ = try fill(["p/1/a", "p/1/b", "p/10/a", "p/2/a", "p/2.a", "q"])
        let expected: [String: [String]] = [
            "p/": ["p/1/a", "p/1/b", "p/10/a", "p/2.a", "p/2/a"],
            "p/1": ["p/1/a", "p/1/b", "p/10/a"],
            "p/1/": ["p/1/a", "p/1/b"],
            "p/1/a": ["p/1/a"],
            "p/2": ["p/2.a", "p/2/a"],
            "p": ["p/1/a", "p/1/b", "p/10/a", "p/2.a", "p/2/a"],
            "p/3": [],
            "p/1/a/": [],
        ]
        for (prefix, names) in expected {
            #expect(try keys(Self.prefix + prefix) == names.map { Self.prefix + $0 }, "prefix \(prefix)")
        }
    }

    private func after() throws {
        let paths = try fill(["s/a/1", "s/a/2", "s/b", "s/c/1/2", "s/c/3", "s/d"])
        // Also keys that are no objects: between, before and after all, a directory, below an object.
        for name in ["s/a/1", "s/a/2", "s/b", "s/c/3", "s/d", "a", "s/a", "s/a/15", "s/b/x", "s/c/1", "s/e", "z"] {
            let after = try key(name)
            let page = try store.list(prefix: "\(Self.prefix)s/", after: after, until: deadline)
            let expected = paths.filter { after.path.utf8.lexicographicallyPrecedes($0.utf8) }
            #expect(page.objects.map(\.key.path) == expected, "after \(name)")
        }
    }

    private func sizes() throws {
        for count in [0, 1, 70_000] { try create(key("sizes/\(count)"), octets(count)) }
        let page = try store.list(prefix: "\(Self.prefix)sizes/", after: nil, until: deadline)
        #expect(page.objects.map(\.byteCount) == [0, 1, 70_000])
        #expect(page.nextAfter == nil)
    }

    private func pages() throws {
        // A page and a bit, across directories, filled side by side.
        let count = Page.objectCountMax + 5
        let keys = try (0..<count).map { try key("pages/\($0 % 7)/\($0)") }
        let (store, deadline) = (store, deadline)
        let threads = 16
        for result in try inParallel(
            threads,
            { thread in
                for number in stride(from: thread, to: count, by: threads) {
                    _ = try store.create(keys[number], .copying([1]), until: deadline)
                }
            })
        { try result.get() }
        let sorted = keys.sorted()
        #expect(try self.keys("\(Self.prefix)pages/") == sorted.map(\.path))
        let first = try store.list(prefix: "\(Self.prefix)pages/", after: nil, until: deadline)
        #expect(first.objects.count == Page.objectCountMax)
        #expect(first.nextAfter == sorted[Page.objectCountMax - 1])
        let exact = try store.list(
            prefix: "\(Self.prefix)pages/", after: sorted[count - Page.objectCountMax - 1], until: deadline)
        #expect(exact.objects.count == Page.objectCountMax)
        #expect(exact.nextAfter == nil)
    }

    private func deletingTwice() throws {
        let key = try key("delete/me")
        try create(key, [1])
        try create(self.key("delete/me-not"), [2])
        try store.delete(key, until: deadline)
        try expectMissingExactly(key)
        try store.delete(key, until: deadline)
        try store.delete(self.key("delete/never/was"), until: deadline)
        #expect(try content(self.key("delete/me-not")) == [2])
        #expect(try create(key, [3]) == .created)
        #expect(try content(key) == [3])
    }

    private func expectMissingExactly(_ key: ObjectKey) throws {
        #expect(try store.head(key, until: deadline) == nil)
        #expect(try content(key) == nil)
        #expect(try !keys(key.path).contains(key.path))
    }
}
