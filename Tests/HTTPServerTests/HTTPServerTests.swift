import Foundation
import HTTPServer
import Platform
import Testing

@Suite struct HTTPServerTests {
    private static let anyPort = ListenAddress("127.0.0.1:0")

    private func server(
        answer: @escaping @Sendable (ServedRequest) -> ServedAnswer = { ServedAnswer(200, "\($0.method) \($0.path)\n") }
    ) throws -> HTTPServer {
        try HTTPServer(at: try #require(Self.anyPort), answer: answer)
    }

    @Test func answers() throws {
        let server = try server()
        #expect(server.address.port != 0)
        let answer = try Client.get("/some%20where?query=1", of: server.address)
        #expect(answer.status == 200)
        #expect(answer.body == "GET /some where\n")
        #expect(answer.headers["content-type"] == "text/plain; charset=utf-8")
        #expect(answer.headers["content-length"] == "16")
    }

    @Test func tellsStatusTypeAndAllowedMethods() throws {
        let server = try server { _ in ServedAnswer(405, "no", contentType: "text/x", allow: "GET") }
        let answer = try Client.get("/", of: server.address, method: "DELETE")
        #expect(answer.status == 405)
        #expect(answer.headers["allow"] == "GET")
        #expect(answer.headers["content-type"] == "text/x")
    }

    @Test func aHeadHasNoBody() throws {
        let server = try server()
        let answer = try Client.get("/", of: server.address, method: "HEAD")
        #expect(answer.status == 200)
        #expect(answer.body == "")
    }

    @Test func oneConnectionTakesManyRequests() throws {
        let server = try server()
        let client = try Client(server.address)
        for path in ["/a", "/b", "/c"] {
            client.send("GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(client.receive(until: "GET \(path)\n").hasPrefix("HTTP/1.1 200 "))
        }
    }

    @Test func aBodyIsNotWaitedFor() throws {
        let server = try server { _ in ServedAnswer(405, "no\n") }
        let client = try Client(server.address)
        client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n")
        #expect(client.receive(until: "no\n").hasPrefix("HTTP/1.1 405 "))
    }

    @Test(arguments: ["\0\u{1}\u{2}\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "G\r\nE\r\nT\r\n\r\n"])
    func rubbishIsNoHarm(_ rubbish: String) throws {
        let server = try server()
        let client = try Client(server.address)
        client.send(rubbish)
        let healthy = try Client.get("/", of: server.address)
        #expect(healthy.status == 200)
    }

    @Test func aLongRequestIsRefused() throws {
        let server = try server()
        let client = try Client(server.address)
        client.send("GET / HTTP/1.1\r\nHost: x\r\nX: \(String(repeating: "x", count: 100_000))\r\n\r\n")
        let status = client.receive(until: nil).split(separator: " ").dropFirst().first
        #expect(status == nil || ["413", "414", "431"].contains(status ?? ""), "\(status ?? "")")
        #expect(try Client.get("/", of: server.address).status == 200)
    }

    /// Those that hang take places, and no thread; when one goes, another gets its place.
    @Test func connectionsAreBounded() throws {
        let server = try server()
        var hanging: [Client] = []
        for _ in 0..<HTTPServer.connectionsMax {
            let client = try Client(server.address)
            client.send("GET / HTTP/1.1\r\n")
            hanging.append(client)
        }
        let address = server.address
        hanging.removeLast()
        #expect(try Client.get("/", of: address).status == 200)
    }

    @Test func aTakenPortIsAnError() throws {
        let server = try server()
        let address = server.address
        let error = #expect(throws: HTTPServerError.self) {
            _ = try HTTPServer(at: address) { _ in ServedAnswer(200, "") }
        }
        #expect(error?.description == "serve on \"\(address)\": address already in use")
    }

    @Test func anAddressOfAnotherMachineIsAnError() throws {
        let address = try #require(ListenAddress("192.0.2.1:9732"))
        let error = #expect(throws: HTTPServerError.self) {
            _ = try HTTPServer(at: address) { _ in ServedAnswer(200, "") }
        }
        #expect(error?.cause == "cannot assign requested address")
    }

    /// Also with clients that hang in the middle of a request; the port is free at once.
    @Test func stopsCleanly() throws {
        var address = try #require(Self.anyPort)
        var clients: [Client] = []
        do {
            let server = try server()
            address = server.address
            for request in ["", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nHost: x\r\n\r\n"] {
                let client = try Client(address)
                client.send(request)
                clients.append(client)
            }
        }
        for client in clients { _ = client.receive() }
        #expect(throws: Client.Refused.self) { _ = try Client(address) }
        let again = try HTTPServer(at: address) { _ in ServedAnswer(200, "again") }
        #expect(try Client.get("/", of: again.address).body == "again")
    }
}
