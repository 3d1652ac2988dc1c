import Format
import Operations
import Platform
import TestSupport
import Testing

@testable import Operations

@Suite struct ClusterSearchTests {
    private static func store(_ clusters: [String], objects: Int = 3) -> MemoryStore {
        let store = MemoryStore()
        store.plant([], at: RepositoryLayout.marker)
        for cluster in clusters {
            for number in 0..<objects { store.plant([], at: key("clusters/\(cluster)/wal/1/\(number)")) }
            store.plant([], at: key("clusters/\(cluster)/systems/1"))
        }
        return store
    }

    /// Names that sort before and behind the slash.
    @Test(arguments: [[], ["main"], ["a", "a-b", "a.b", "a0", "a00", "aa", "b", "b_", "zz"]])
    func findsEveryCluster(_ names: [String]) throws {
        let repository = WAL.repository(Self.store(names))
        let expected = try names.map { try #require(ClusterName($0)) }
        #expect(try Set(repository.clusters(until: .never)) == Set(expected))
        #expect(try repository.clusters(until: .never).count == names.count)
    }

    @Test func aClusterOfManyObjectsIsPassedOver() throws {
        let store = InFlightStore(Self.store(["a", "b"], objects: 5000))
        #expect(try WAL.repository(store).clusters(until: .never).map(\.text) == ["a", "b"])
        #expect(store.callCount <= 3)
    }

    @Test func theOnlyOneIsTaken() throws {
        let one = WAL.repository(Self.store(["main"]))
        #expect(try ClusterSearch.only(in: [one, one], until: .never) == ClusterName("main"))
        let several = WAL.repository(Self.store(["main", "other"]))
        let error = #expect(throws: OperationError.self) { try ClusterSearch.only(in: [several], until: .never) }
        #expect(error?.cause == "it holds several: \"main\", \"other\"")
        let none = #expect(throws: OperationError.self) {
            try ClusterSearch.only(in: [WAL.repository(MemoryStore())], until: .never)
        }
        #expect(none?.cause == "it holds none")
    }
}
