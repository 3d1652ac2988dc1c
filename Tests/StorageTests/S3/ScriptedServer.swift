import Glibc
import Platform
import Synchronization

/// A server on the loopback that plays a script: for each request, in the order they come, what it must look like and
/// what to do then. It speaks just enough HTTP/1.1 for that, and can misbehave in ways that no real server lets itself
/// be asked for.
final class ScriptedServer: Sendable {
    struct Request: Sendable {
        var method = ""
        /// Path and query, as sent.
        var target = ""
        /// Names in lower case.
        var headers: [String: String] = [:]
        var body: [UInt8] = []
        /// Counts the connections from 1.
        var connection = 0
    }

    enum Play: Sendable {
        /// A whole answer; `Content-Length` is added, and to a success an `ETag` unless it has one.
        case answer(Int, headers: [(String, String)] = [], body: String = "")
        /// These bytes, and then the end of the connection.
        case send(String)
        /// These bytes, and then nothing, for as long as the client waits.
        case sendAndStall(String)
        /// The end of the connection, without an answer.
        case close
        /// The same as a TCP reset.
        case reset
        /// A reset without having read the request's body.
        case resetBeforeBody
        /// Nothing at all, for as long as the client waits.
        case stall
    }

    struct Step: Sendable {
        /// What is wrong with the request; nil when it is as expected.
        let complaint: @Sendable (Request) -> String?
        let play: Play

        init(_ play: Play, _ complaint: @escaping @Sendable (Request) -> String? = { _ in nil }) {
            self.play = play
            self.complaint = complaint
        }

        /// Expects a method and a target.
        init(_ expected: String, _ play: Play) {
            self.init(play) { request in
                let actual = "\(request.method) \(request.target)"
                return actual == expected ? nil : "expected \"\(expected)\", got \"\(actual)\""
            }
        }
    }

    private struct Log {
        var requests: [Request] = []
        var complaints: [String] = []
        var isEnding = false
    }

    let port: UInt16
    private let steps: [Step]
    private let listener: Int32
    private let log: Gate<Log>
    private let thread: Mutex<Thread?>

    init(_ steps: [Step]) throws {
        let (listener, port) = try Self.listen()
        let log = Gate(Log())
        self.steps = steps
        self.listener = listener
        self.port = port
        self.log = log
        let started = try Thread.spawn(name: "scripted") { ScriptedServer.serve(listener, steps, log) }
        thread = Mutex(started)
    }

    deinit { stop() }

    var endpoint: String { "http://127.0.0.1:\(port)" }

    /// Waits until `count` requests have come.
    func waitForRequests(_ count: Int) -> Bool {
        log.wait(until: .after(seconds: 60)) { $0.requests.count >= count ? true : nil } ?? false
    }

    /// Stops and gives the requests and everything that was wrong, steps not reached included.
    func finish() -> (requests: [Request], complaints: [String]) {
        stop()
        let log = log.withLock { (requests: $0.requests, complaints: $0.complaints) }
        let unused = steps.count - log.requests.count
        return (log.requests, log.complaints + (unused > 0 ? ["\(unused) steps were not reached"] : []))
    }

    private func stop() {
        let running = thread.withLock { $0.take() }
        guard let running else { return }
        log.withLock { $0.isEnding = true }
        // Wakes accept and poll.
        shutdown(listener, Int32(SHUT_RDWR))
        running.join()
        close(listener)
    }
}

extension ScriptedServer {
    private struct Trouble: Error {
        let call: String
    }

    private static func listen() throws -> (Int32, UInt16) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Trouble(call: "socket") }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, length) == 0 && Glibc.listen(descriptor, 64) == 0
                    && getsockname(descriptor, address, &length) == 0
            }
        }
        guard result else { throw Trouble(call: "listen") }
        return (descriptor, UInt16(bigEndian: address.sin_port))
    }

    /// One thread for all connections: a request is read whole once its first byte is there, which does for a client on
    /// the same machine.
    private static func serve(_ listener: Int32, _ steps: [Step], _ log: Gate<Log>) {
        var connections: [Int32] = []
        var number: [Int32: Int] = [:]
        while !log.withLock({ $0.isEnding }) {
            var waits = ([listener] + connections).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            poll(&waits, nfds_t(waits.count), -1)
            for wait in waits where wait.revents != 0 {
                if wait.fd == listener {
                    let connection = accept(listener, nil, nil)
                    guard connection >= 0 else { continue }
                    connections.append(connection)
                    number[connection] = number.count + 1
                } else if !handle(wait.fd, number[wait.fd] ?? 0, steps, log) {
                    connections.removeAll { $0 == wait.fd }
                }
            }
        }
        for connection in connections { close(connection) }
    }

    /// Reads one request and plays its step; false when the connection is closed.
    private static func handle(_ connection: Int32, _ number: Int, _ steps: [Step], _ log: Gate<Log>) -> Bool {
        guard let (head, rest) = readHead(connection) else {
            close(connection)
            return false
        }
        var request = head
        request.connection = number
        let index = log.withLock { $0.requests.count }
        let step = index < steps.count ? steps[index] : Step(.close) { "unexpected \($0.method) \($0.target)" }
        if case .resetBeforeBody = step.play {
        } else {
            readBody(connection, &request, rest)
        }
        let (seen, complaint) = (request, step.complaint(request))
        log.withLock { log in
            log.requests.append(seen)
            if let complaint { log.complaints.append("request \(index + 1): \(complaint)") }
        }
        log.signalAll()
        return play(step.play, connection)
    }

    private static func play(_ play: Play, _ connection: Int32) -> Bool {
        switch play {
        case .answer(let status, let headers, let body):
            let tag = status < 300 && !headers.contains { $0.0 == "ETag" } ? [("ETag", "\"t\"")] : []
            let lines = (headers + tag + [("Content-Length", "\(body.utf8.count)")]).map { "\($0.0): \($0.1)\r\n" }
            write(connection, "HTTP/1.1 \(status) Word\r\n\(lines.joined())\r\n\(body)")
            return true
        case .send(let text):
            write(connection, text)
            close(connection)
            return false
        case .sendAndStall(let text):
            write(connection, text)
            return true
        case .close:
            close(connection)
            return false
        case .reset, .resetBeforeBody:
            var linger = linger(l_onoff: 1, l_linger: 0)
            setsockopt(connection, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
            close(connection)
            return false
        case .stall: return true
        }
    }

    private static func readHead(_ connection: Int32) -> (Request, [UInt8])? {
        var bytes: [UInt8] = []
        let end = Array("\r\n\r\n".utf8)
        while true {
            var buffer = [UInt8](repeating: 0, count: 65_536)
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            bytes += buffer[..<count]
            guard let head = bytes.indices.first(where: { bytes[$0...].starts(with: end) }) else { continue }
            return (parse(String(decoding: bytes[..<head], as: UTF8.self)), Array(bytes[(head + 4)...]))
        }
    }

    private static func parse(_ head: String) -> Request {
        var request = Request()
        let lines = head.split(separator: "\r\n")
        let words = lines.first?.split(separator: " ") ?? []
        if words.count == 3 { (request.method, request.target) = (String(words[0]), String(words[1])) }
        for line in lines.dropFirst() {
            guard let colon = line.firstRange(of: ": ") else { continue }
            request.headers[line[..<colon.lowerBound].lowercased()] = String(line[colon.upperBound...])
        }
        return request
    }

    private static func readBody(_ connection: Int32, _ request: inout Request, _ rest: [UInt8]) {
        request.body = rest
        let length = request.headers["content-length"].flatMap { Int($0) } ?? 0
        while request.body.count < length {
            var buffer = [UInt8](repeating: 0, count: 1 << 20)
            let count = recv(connection, &buffer, min(buffer.count, length - request.body.count), 0)
            guard count > 0 else { return }
            request.body += buffer[..<count]
        }
    }

    private static func write(_ connection: Int32, _ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
