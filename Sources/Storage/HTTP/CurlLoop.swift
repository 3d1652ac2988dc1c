import Platform
package import Stream

/// Carries HTTP requests for any number of threads: each caller blocks until its answer is there, while one thread of
/// the loop's own drives all connections through libcurl's multi interface.
///
/// HTTP/1.1 by decision: an object store answers a part at a time, throughput comes from several connections, and
/// HTTP/2 would push them all through one. Connections and TLS sessions are kept for the life of the loop. libcurl is
/// opened, and the thread started, by the first request.
package final class CurlLoop: Sendable {
    /// Requests at once to one host; further ones wait for their turn.
    package static let connectionsPerHostDefault = 32
    /// Requests at once in all.
    package static let connectionsDefault = 64

    private let connectionsPerHostMax: Int
    private let connectionsMax: Int
    private let state = Gate(State())

    private struct State: ~Copyable {
        var engine: CurlEngine?
        var thread: Thread?
        var isCancelled = false
    }

    /// Opens nothing yet. Both limits are at least one.
    package init(
        connectionsPerHostMax: Int = CurlLoop.connectionsPerHostDefault,
        connectionsMax: Int = CurlLoop.connectionsDefault
    ) {
        precondition(connectionsPerHostMax > 0 && connectionsMax > 0, "a loop carries at least one request")
        self.connectionsPerHostMax = connectionsPerHostMax
        self.connectionsMax = connectionsMax
    }

    deinit { cancel() }

    /// Most bytes that libcurl's buffers take, for the sum of the program's memory.
    package var byteCountMax: Int { 2 * CurlHandle.bufferBytes * connectionsMax }

    /// Ends every request, those to come included, as `cancelled`, and joins the thread. May be called from any thread
    /// and more than once; returns when nothing of the loop runs any more.
    package func cancel() {
        let thread = state.withLock { state -> Thread? in
            state.isCancelled = true
            state.engine?.stop()
            return state.thread.take()
        }
        if let thread { thread.join() }
    }

    /// Ends every request that is under way or waits, as `cancelled`; later ones are carried as before.
    package func interrupt() {
        state.withLock { state in state.engine?.interrupt() }
    }

    /// Sends the request and appends the body of a success to `block`, which has room for all of it. After a failure,
    /// and for any other status, the block is as it was.
    package func perform(
        _ request: HTTPRequest, into block: inout Block
    ) throws(TransferFailure) -> HTTPResponse {
        try block.append { (span: inout OutputRawSpan) throws(TransferFailure) -> HTTPResponse in
            try span.withUnsafeMutableBytes { (buffer, count) throws(TransferFailure) -> HTTPResponse in
                let memory = UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
                let response = try perform(Transfer(request, sink: .memory(memory)))
                count += response.byteCount
                return response
            }
        }
    }

    /// Sends the request and keeps the body of a success, at most `byteCountMax` bytes, in the response.
    package func perform(
        _ request: HTTPRequest, collecting byteCountMax: Int
    ) throws(TransferFailure) -> HTTPResponse {
        try perform(Transfer(request, sink: .collected(byteCountMax: byteCountMax)))
    }

    private func perform(_ transfer: Transfer) throws(TransferFailure) -> HTTPResponse {
        // Not even begun, so that nothing can have taken effect.
        if transfer.request.deadline.hasPassed { throw TransferFailure.deadlinePassed }
        guard try engine().submit(transfer) else { throw TransferFailure(.cancelled, "cancelled") }
        return try transfer.wait().get()
    }

    private func engine() throws(TransferFailure) -> CurlEngine {
        try state.withLock { state throws(TransferFailure) -> CurlEngine in
            if state.isCancelled { throw TransferFailure(.cancelled, "cancelled") }
            if let engine = state.engine { return engine }
            let engine = try CurlEngine(connectionsPerHostMax: connectionsPerHostMax, connectionsMax: connectionsMax)
            do throws(PlatformError) {
                state.thread = try Thread.spawn(name: "http") { engine.run() }
            } catch {
                throw TransferFailure(.localFault, "\(error)")
            }
            state.engine = engine
            return engine
        }
    }
}
