import Platform
import Postgres
import TestSupport
import Testing

/// What can be told without a server; the end-to-end tests have the rest.
@Suite struct ConnectionTests {
    private static func failure(_ info: String) -> PostgresError? {
        #expect(throws: PostgresError.self) { try Self.connect(info) }
    }

    private static func connect(_ info: String) throws(PostgresError) { _ = try Connection(info) }

    @Test func saysWhereThereIsNoServer() throws {
        let directory = try TemporaryDirectory()
        let error = Self.failure("host=\(directory.path) port=5433 dbname=postgres user=somebody password=secret")
        #expect(error?.code == .unreachable)
        #expect(error?.object == "\(directory.path):5433/postgres")
        #expect(error?.cause.contains("No such file or directory") == true)
        #expect(error?.hint != nil)
        #expect(error.map { "\($0)" }?.contains { $0.isNewline } == false)
        #expect(error.map { "\($0)" }?.contains("secret") == false)
    }

    @Test func saysWhatIsWrongWithTheConnectionString() {
        let error = Self.failure("host=/nowhere hots=typo")
        #expect(error?.code == .unreachable)
        #expect(error?.cause.contains("hots") == true)
    }

    @Test func saysWhoRefuses() {
        let error = Self.failure("host=127.0.0.1 port=1 connect_timeout=2 dbname=postgres")
        #expect(error?.code == .unreachable)
        #expect(error?.object == "127.0.0.1:1/postgres")
    }
}
