import Format
import Platform
import Storage
import Testing

/// Listing against a script.
@Suite struct S3ListTests {
    private typealias Step = ScriptedServer.Step

    private static let target = "GET /bucket/?encoding-type=url&list-type=2&max-keys=1000&prefix=prefix%2Fclusters%2F"

    private static func page(_ keys: [String], continuation: String? = nil, isTruncated: Bool = true)
        -> ScriptedServer.Play
    {
        let contents = keys.map { "<Contents><Key>\($0)</Key><Size>1</Size></Contents>" }.joined()
        let token = continuation.map { "<NextContinuationToken>\($0)</NextContinuationToken>" } ?? ""
        return .answer(
            200,
            body: "<ListBucketResult><IsTruncated>\(isTruncated)</IsTruncated>\(token)\(contents)</ListBucketResult>")
    }

    @Test func pagesGoOnAfterTheLastKey() throws {
        let test = try ScriptedTest([
            Step(Self.target, Self.page(["prefix/clusters/a", "prefix/clusters/b"], continuation: "x")),
            Step(
                Self.target + "&start-after=prefix%2Fclusters%2Fb", Self.page(["prefix/clusters/c"], isTruncated: false)
            ),
        ])
        let first = try test.store.list(prefix: "clusters/", after: nil, until: test.deadline)
        #expect(first.objects.map(\.key.path) == ["clusters/a", "clusters/b"])
        #expect(first.nextAfter == ObjectKey("clusters/b"))
        let second = try test.store.list(prefix: "clusters/", after: first.nextAfter, until: test.deadline)
        #expect(second.objects.map(\.key.path) == ["clusters/c"])
        #expect(second.nextAfter == nil)
        test.finish()
    }

    @Test func foreignKeysAreLeftOut() throws {
        let test = try ScriptedTest([
            Step(Self.target, Self.page(["prefix/clusters/", "prefix/clusters/ä"], continuation: "to/ken")),
            Step(
                "GET /bucket/?continuation-token=to%2Fken&encoding-type=url&list-type=2&max-keys=1000"
                    + "&prefix=prefix%2Fclusters%2F", Self.page(["prefix/clusters/ü"])),
            Step(
                Self.target + "&start-after=prefix%2Fclusters%2F%C3%BC",
                Self.page(["prefix/clusters/ü1", "prefix/clusters/ü2"], isTruncated: false)),
        ])
        let page = try test.store.list(prefix: "clusters/", after: nil, until: test.deadline)
        #expect(page == Page(objects: [], nextAfter: nil))
        test.finish()
    }

    @Test func listingsThatMakeNoSense() throws {
        let test = try ScriptedTest([
            Step(Self.page([])), Step(Self.page(["prefix/clusters/b", "prefix/clusters/a"])),
            Step(Self.page(["prefix/clusters/a"])), Step(.answer(200, body: "<html>")),
            Step(.answer(404, body: ScriptedTest.error("NoSuchBucket"))),
        ])
        let codes: [StoreError.Code] = [.serverFault, .serverFault, .serverFault, .serverFault, .misconfigured]
        for (code, after) in zip(codes, [nil, nil, ObjectKey("clusters/a"), nil, nil]) {
            test.expect(code) { _ = try test.store.list(prefix: "clusters/", after: after, until: test.deadline) }
        }
        test.finish()
    }
}
