internal import CHTTPServer
internal import Platform

/// Serves short texts that are at hand, to few who ask: GET and HEAD over HTTP/1.1, on one thread of its own.
///
/// Bodies of requests are not read. Ending its life ends every connection and the thread.
package struct HTTPServer: ~Copyable {
    /// Connections at once: some scrapers, somebody who looks, and a few that hang. Each further one waits for a place.
    package static let connectionsMax = 16
    /// A client that moves no byte for so long is closed.
    private static let timeoutSeconds: UInt32 = 10
    /// Room for a request's head, per connection: what browsers send has less than 4 KiB.
    private static let connectionBytes = 16 << 10

    /// The most that all connections hold of `answerBytes` long answers, which each has a copy of.
    package static func memoryBytes(answerBytes: Int) -> Int {
        connectionsMax * (connectionBytes + answerBytes) + Thread.stackBytes
    }

    private let server: OpaquePointer
    /// Outlives the server, which knows only its address.
    private let responder: Responder
    /// Where it listens, with the port that it got.
    package let address: ListenAddress

    /// Opens libmicrohttpd if nobody has yet, and serves.
    ///
    /// - Parameter answer: is called on the server's thread, one request at a time: everybody else waits meanwhile.
    package init(
        at address: ListenAddress, answer: @escaping @Sendable (ServedRequest) -> ServedAnswer
    ) throws(HTTPServerError) {
        var failure = [CChar](repeating: 0, count: 512)
        guard chttp_load(&failure, failure.count) else {
            let text = String(decoding: failure.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            throw HTTPServerError(
                .libraryMissing, address, "libmicrohttpd cannot be used: \(text)",
                hint: "Install libmicrohttpd (Debian: apt install libmicrohttpd12).")
        }
        var limits = chttp_limits(
            connections: UInt32(Self.connectionsMax), timeout_seconds: Self.timeoutSeconds,
            connection_bytes: Self.connectionBytes, stack_bytes: Thread.stackBytes)
        let responder = Responder(answer)
        var error: Int32 = 0
        let context = Unmanaged.passUnretained(responder).toOpaque()
        guard let server = chttp_start(address.host, address.port, &limits, respond, context, &error) else {
            let errno = Errno(rawValue: error)
            throw HTTPServerError(.refused(errno), address, "\(errno)".lowercased())
        }
        self.server = server
        self.responder = responder
        self.address = address.on(port: chttp_port(server))
    }

    deinit { chttp_stop(server) }
}

/// What libmicrohttpd's thread calls.
private func respond(
    _ context: UnsafeMutableRawPointer?, _ method: UnsafePointer<CChar>?, _ path: UnsafePointer<CChar>?,
    _ reply: OpaquePointer?
) {
    guard let context, let method, let path, let reply else { return }
    let responder = Unmanaged<Responder>.fromOpaque(context).takeUnretainedValue()
    let request = ServedRequest(method: String(cString: method), path: String(cString: path))
    let answer = responder.answer(request)
    var body = answer.body
    body.withUTF8 { octets in
        chttp_answer(reply, UInt32(answer.status), answer.contentType, answer.allow, octets.baseAddress, octets.count)
    }
}

private final class Responder: Sendable {
    let answer: @Sendable (ServedRequest) -> ServedAnswer

    init(_ answer: @escaping @Sendable (ServedRequest) -> ServedAnswer) { self.answer = answer }
}
