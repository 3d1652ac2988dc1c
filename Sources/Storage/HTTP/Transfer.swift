import CCurl
import Platform

/// One request on its way, from the thread that waits for it to the loop's thread and back.
///
/// `@unchecked Sendable`: until it is submitted and after its outcome is set only the caller's thread touches it, in
/// between only the loop's; the queue and the gate hand it over. `memory` is lent by the caller, who does not return
/// before the outcome is set.
final class Transfer: @unchecked Sendable {
    /// Where the body of a success goes.
    enum Sink {
        /// Into memory of the caller; more than fits is an error.
        case memory(UnsafeMutableRawBufferPointer)
        /// Into `HTTPResponse.body`, up to so many bytes; more is an error.
        case collected(byteCountMax: Int)
    }

    typealias Outcome = Result<HTTPResponse, TransferFailure>

    let request: HTTPRequest
    private let sink: Sink
    private let outcome = Gate<Outcome?>(nil)

    private var source: ContentReader?
    private var status = 0
    private var headers = HTTPHeaders()
    private var collected: [UInt8] = []
    private var received = 0
    /// Set where a callback ends the transfer.
    private var refusal: TransferFailure?
    /// A failure's body was longer than what is kept of it.
    private var isCut = false
    private(set) var progressNanoseconds: UInt64

    init(_ request: HTTPRequest, sink: Sink) {
        self.request = request
        self.sink = sink
        source = request.body.map { ContentReader($0) }
        progressNanoseconds = Clock.monotonicNanoseconds()
    }

    /// Blocks until the loop has finished with the transfer; the loop, not this wait, sees to the deadline.
    func wait() -> Outcome {
        while true {
            if let result = outcome.wait(until: .never, { $0 }) { return result }
        }
    }

    func finish(_ result: Outcome) {
        outcome.withLock { $0 = result }
        outcome.signalAll()
    }

    /// Turns libcurl's result into the outcome.
    func conclude(result: Int32, text: String, isNewConnection: Bool) -> Outcome {
        if result == 0 || (isCut && refusal == nil) {
            return .success(
                HTTPResponse(
                    status: status, headers: headers, body: collected, byteCount: received,
                    isNewConnection: isNewConnection))
        }
        return .failure(refusal ?? TransferFailure(result: result, text: text, caFile: request.caFile))
    }

    /// Attaches the callbacks; `self` must live until the handle is freed.
    func attach(to easy: OpaquePointer) {
        ccurl_easy_set_context(easy, Unmanaged.passUnretained(self).toOpaque())
        ccurl_easy_set_sinks(easy, Self.header, Self.body)
        ccurl_easy_set_source(easy, Self.read, Self.seek)
    }

    func noteProgress() { progressNanoseconds = Clock.monotonicNanoseconds() }

    private func take(headerLine line: UnsafeRawBufferPointer) -> Bool {
        noteProgress()
        // A status line begins a new answer: after "100 Continue", or after a repetition on a fresh connection.
        if line.starts(with: Array("HTTP/".utf8)) {
            headers = HTTPHeaders()
            collected = []
            received = 0
            status = Self.status(String(decoding: line, as: UTF8.self))
            return true
        }
        if headers.append(line: line) { return true }
        refusal = TransferFailure(.serverFault, "the answer's headers exceed \(HTTPHeaders.byteCountMax) bytes")
        return false
    }

    /// `HTTP/1.1 200 OK`.
    private static func status(_ line: String) -> Int {
        let words = line.split(separator: " ", maxSplits: 2)
        return words.count > 1 ? Int(words[1].prefix(3)) ?? 0 : 0
    }

    private func take(body bytes: UnsafeRawBufferPointer) -> Bool {
        noteProgress()
        guard (200...299).contains(status) else { return keepFailure(bytes) }
        switch sink {
        case .memory(let memory):
            guard bytes.count <= memory.count - received else {
                refusal = TransferFailure(.damaged, "the server sent more than the \(memory.count) bytes asked for")
                return false
            }
            UnsafeMutableRawBufferPointer(rebasing: memory[received...]).copyMemory(from: bytes)
            received += bytes.count
        case .collected(let byteCountMax):
            guard bytes.count <= byteCountMax - collected.count else {
                refusal = TransferFailure(.serverFault, "the answer is longer than \(byteCountMax) bytes")
                return false
            }
            collected += bytes
        }
        return true
    }

    private func keepFailure(_ bytes: UnsafeRawBufferPointer) -> Bool {
        collected += bytes.prefix(HTTPResponse.failureBytesMax - collected.count)
        isCut = collected.count == HTTPResponse.failureBytesMax
        return !isCut
    }

    // MARK: - libcurl's callbacks

    private static func transfer(_ context: UnsafeMutableRawPointer?) -> Transfer? {
        context.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
    }

    private static let header: ccurl_bytes_function = { bytes, size, count, context in
        let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
        return transfer(context)?.take(headerLine: line) == true ? line.count : 0
    }

    private static let body: ccurl_bytes_function = { bytes, size, count, context in
        let buffer = UnsafeRawBufferPointer(start: bytes, count: size * count)
        // Any other count than the given one ends the transfer, also for an empty buffer.
        return transfer(context)?.take(body: buffer) == true ? buffer.count : buffer.count + 1
    }

    private static let read: ccurl_bytes_function = { bytes, size, count, context in
        guard let transfer = transfer(context) else { return Int(CCURL_READ_ABORT) }
        transfer.noteProgress()
        let buffer = UnsafeMutableRawBufferPointer(start: bytes, count: size * count)
        return transfer.source?.read(into: buffer) ?? 0
    }

    private static let seek: ccurl_seek_function = { context, offset, origin in
        let isDone = transfer(context)?.source?.seek(to: Int(offset)) == true && origin == 0
        return Int32(isDone ? CCURL_SEEK_DONE : CCURL_SEEK_FAILED)
    }
}
