import Foundation
import HTTPServer

/// A client that sends what it is told and shows what comes, octet by octet.
final class Client {
    private let descriptor: Int32

    struct Refused: Error {
        let errno: Int32
    }

    init(_ address: ListenAddress) throws {
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_port = address.port.bigEndian
        inet_pton(AF_INET, address.host, &place.sin_addr)
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var limit = timeval(tv_sec: 30, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        let result = withUnsafePointer(to: &place) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        if result != 0 { throw Refused(errno: errno) }
    }

    deinit { close(descriptor) }

    func send(_ text: String) {
        _ = text.withCString { Foundation.send(descriptor, $0, strlen($0), Int32(MSG_NOSIGNAL)) }
    }

    /// What comes until the end of the connection, or until `end` has come.
    func receive(until end: String? = nil) -> String {
        var octets: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            octets += buffer[..<count]
            if let end, String(decoding: octets, as: UTF8.self).hasSuffix(end) { break }
        }
        return String(decoding: octets, as: UTF8.self)
    }

    /// One request on a connection of its own: status, headers in small letters, body.
    static func get(
        _ path: String, of address: ListenAddress, method: String = "GET"
    ) throws -> (status: Int, headers: [String: String], body: String) {
        let client = try Client(address)
        client.send("\(method) \(path) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        let parts = client.receive().split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
        let lines = (parts.first ?? "").split(separator: "\r\n")
        let headers = lines.dropFirst().map { line in
            let pair = line.split(separator: ":", maxSplits: 1)
            return (pair[0].lowercased(), pair.count > 1 ? pair[1].trimmingCharacters(in: .whitespaces) : "")
        }
        let status = lines.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) }
        return (
            status ?? 0, Dictionary(headers, uniquingKeysWith: { first, _ in first }),
            parts.count > 1 ? String(parts[1]) : ""
        )
    }
}
