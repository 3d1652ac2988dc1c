import Platform
import Testing

@Suite struct TerminalTests {
    /// In a session without a terminal, as under PostgreSQL.
    @Test func withoutTerminalThereIsNoPassphrase() throws {
        guard (try? Descriptor.open("/dev/tty", .readWrite).close()) == nil else { return }
        #expect(throws: PlatformError.self) { try Terminal.readPassphrase(prompt: "passphrase: ") }
    }
}
