import HTTPServer
import Testing

@Suite struct ListenAddressTests {
    @Test(arguments: ["127.0.0.1:9732", "[::1]:9732", "0.0.0.0:1", "[::]:65535", "127.0.0.1:0", "[fe80::1]:80"])
    func addressesInNumbers(_ text: String) throws {
        #expect(try #require(ListenAddress(text)).description == text)
    }

    @Test(arguments: [
        "", ":", ":9732", "9732", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1: 1",
        "127.0.0.1:+1", "localhost:9732", "::1:9732", "[127.0.0.1]:9732", "[::1]", "[]:1", "[::1:9732", "127.1:80",
        "127.0.0.1\0:80", "*:9732", "127.0.0.1:000080",
    ])
    func nothingElse(_ text: String) {
        #expect(ListenAddress(text) == nil)
    }

    @Test func loopback() {
        #expect(ListenAddress("127.0.0.1:1")?.isLoopback == true)
        #expect(ListenAddress("127.8.9.1:1")?.isLoopback == true)
        #expect(ListenAddress("[::1]:1")?.isLoopback == true)
        #expect(ListenAddress("0.0.0.0:1")?.isLoopback == false)
        #expect(ListenAddress("[::]:1")?.isLoopback == false)
    }
}
