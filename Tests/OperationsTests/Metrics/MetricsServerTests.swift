import HTTPServer
import Testing

@testable import Operations

@Suite struct MetricsServerTests {
    private func answer(_ method: String, _ path: String, troubles: [String] = []) -> ServedAnswer {
        MetricsServer.answer(
            ServedRequest(method: method, path: path), text: { "metric 1\n" }, troubles: { troubles })
    }

    @Test func metrics() {
        let expected = ServedAnswer(200, "metric 1\n", contentType: "text/plain; version=0.0.4; charset=utf-8")
        #expect(answer("GET", "/metrics") == expected)
        #expect(answer("HEAD", "/metrics") == expected)
    }

    @Test func health() {
        #expect(answer("GET", "/healthz") == ServedAnswer(200, "ok\n"))
        let troubles = ["repository \"offsite\" has not answered for 120 s", "the queue is full"]
        #expect(
            answer("GET", "/healthz", troubles: troubles)
                == ServedAnswer(503, "repository \"offsite\" has not answered for 120 s\nthe queue is full\n"))
    }

    @Test(arguments: ["/", "", "/metrics/", "/Metrics", "/healthz/../metrics", "/favicon.ico"])
    func thereIsNothingElse(_ path: String) {
        #expect(answer("GET", path).status == 404)
    }

    @Test(arguments: ["POST", "PUT", "DELETE", "get", "OPTIONS", "TRACE"])
    func itIsOnlyRead(_ method: String) {
        #expect(answer(method, "/metrics").status == 405)
        #expect(answer(method, "/healthz").allow == "GET, HEAD")
    }

    @Test func serves() throws {
        let server = try MetricsServer(
            at: try #require(ListenAddress("127.0.0.1:0")), text: { "" }, troubles: { [] })
        let address = server.address
        #expect(address.port != 0)
        let error = #expect(throws: OperationError.self) {
            _ = try MetricsServer(at: address, text: { "" }, troubles: { [] })
        }
        #expect(error?.code == .inputOutput)
        #expect(error?.description == "serve on \"\(address)\": address already in use")
    }
}
