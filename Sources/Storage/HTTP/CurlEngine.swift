import CCurl
import Platform

/// The multi handle and the transfers in it, driven by the one thread that calls `run`.
///
/// `@unchecked Sendable`: `multi` is thread-safe for wake-ups alone, which is all that other threads do with it;
/// `share`, `running` and `hostCounts` belong to the thread in `run`. Everything handed between threads is in `inbox`.
final class CurlEngine: @unchecked Sendable {
    /// Longest sleep without an event: a bound on how late a lost wake-up would be noticed.
    private static let pollSecondsMax = 1.0

    private let connectionsPerHostMax: Int
    private let connectionsMax: Int
    private let multi: OpaquePointer
    private let share: OpaquePointer
    private let inbox = Gate(Inbox())
    private var running: [OpaquePointer: Running] = [:]
    private var hostCounts: [String: Int] = [:]

    private struct Inbox {
        var waiting: [Transfer] = []
        var isStopped = false
        var isInterrupted = false
    }

    /// A transfer in the multi handle. A class, because a dictionary takes no owner that cannot be copied.
    private final class Running {
        let transfer: Transfer
        let handle: CurlHandle

        init(_ transfer: Transfer, _ handle: consuming CurlHandle) {
            self.transfer = transfer
            self.handle = handle
        }
    }

    /// Opens libcurl if nobody has yet.
    init(connectionsPerHostMax: Int, connectionsMax: Int) throws(TransferFailure) {
        var failure = [CChar](repeating: 0, count: 512)
        guard ccurl_load(&failure, failure.count) else {
            let text = String(decoding: failure.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            throw TransferFailure(
                .localFault, "libcurl cannot be used: \(text)", hint: "Install libcurl (Debian: apt install libcurl4).")
        }
        guard let multi = ccurl_multi_new() else { throw TransferFailure(.localFault, "out of memory") }
        guard let share = ccurl_share_new() else {
            ccurl_multi_free(multi)
            throw TransferFailure(.localFault, "out of memory")
        }
        self.multi = multi
        self.share = share
        self.connectionsPerHostMax = connectionsPerHostMax
        self.connectionsMax = connectionsMax
        ccurl_multi_set_limit(multi, CCURL_LIMIT_CACHED_CONNECTIONS, connectionsMax)
    }

    deinit {
        ccurl_multi_free(multi)
        ccurl_share_free(share)
    }

    /// False once stopped; the transfer is then not taken.
    func submit(_ transfer: Transfer) -> Bool {
        let isTaken = inbox.withLock { inbox in
            if !inbox.isStopped { inbox.waiting.append(transfer) }
            return !inbox.isStopped
        }
        if isTaken { ccurl_multi_wakeup(multi) }
        return isTaken
    }

    /// Ends `run`, and every transfer as cancelled.
    func stop() {
        inbox.withLock { $0.isStopped = true }
        ccurl_multi_wakeup(multi)
    }

    /// Ends what is there now as cancelled, and goes on.
    func interrupt() {
        inbox.withLock { $0.isInterrupted = true }
        ccurl_multi_wakeup(multi)
    }

    /// Runs until stopped.
    func run() {
        while !inbox.withLock({ $0.isStopped }) {
            if inbox.withLock({ $0.isInterrupted }) { cancelAll() }
            var count: Int32 = 0
            ccurl_multi_perform(multi, &count)
            collect()
            // What ended has made room, so admission comes last, and what it starts does not wait for an event.
            let seconds = expire()
            ccurl_multi_poll(multi, admit() ? 0 : Int32((seconds * 1000).rounded(.up)))
        }
        cancelAll()
    }

    private func cancelAll() {
        let cancelled = TransferFailure(.cancelled, "cancelled")
        for entry in running.values { end(entry, .failure(cancelled)) }
        let waiting = inbox.withLock { inbox in
            defer { inbox.waiting = [] }
            inbox.isInterrupted = false
            return inbox.waiting
        }
        for transfer in waiting { transfer.finish(.failure(cancelled)) }
    }

    /// Starts what is waiting, in its order, as far as the limits allow; false when there was nothing to start.
    private func admit() -> Bool {
        var left = connectionsMax - running.count
        var counts = hostCounts
        let admitted = inbox.withLock { inbox -> [Transfer] in
            var chosen: [Transfer] = []
            inbox.waiting.removeAll { transfer in
                let count = counts[transfer.request.host, default: 0]
                guard left > 0, count < connectionsPerHostMax else { return false }
                left -= 1
                counts[transfer.request.host] = count + 1
                chosen.append(transfer)
                return true
            }
            return chosen
        }
        for transfer in admitted { start(transfer) }
        return !admitted.isEmpty
    }

    private func start(_ transfer: Transfer) {
        do throws(TransferFailure) {
            var handle = try CurlHandle()
            try handle.configure(transfer.request, share: share)
            transfer.attach(to: handle.easy)
            transfer.noteProgress()
            let easy = handle.easy
            let result = ccurl_multi_add(multi, easy)
            guard result == 0 else {
                throw TransferFailure(.localFault, String(cString: ccurl_multi_failure(result)))
            }
            running[easy] = Running(transfer, handle)
            hostCounts[transfer.request.host, default: 0] += 1
        } catch {
            transfer.finish(.failure(error))
        }
    }

    /// Hands over what is finished.
    private func collect() {
        var completion = ccurl_completion()
        while ccurl_multi_next(multi, &completion) {
            guard let easy = completion.easy, let entry = running[easy] else { continue }
            let outcome = entry.transfer.conclude(
                result: completion.result, text: entry.handle.failureText,
                isNewConnection: entry.handle.connectionCount > 0)
            end(entry, outcome)
        }
    }

    /// Ends what is past its deadline or has stalled; answers how long nothing else can be due.
    private func expire() -> Double {
        let now = Clock.monotonicNanoseconds()
        var seconds = Self.pollSecondsMax
        for entry in running.values {
            let request = entry.transfer.request
            let idle = Double(now - min(now, entry.transfer.progressNanoseconds)) / 1e9
            let left = request.deadline.remainingSeconds
            if left <= 0 {
                end(entry, .failure(.deadlinePassed))
            } else if idle >= request.stallTimeoutSeconds {
                let cause = "no byte moved for \(Int(request.stallTimeoutSeconds)) s"
                end(entry, .failure(TransferFailure(.timedOut, cause)))
            } else {
                seconds = min(seconds, left, request.stallTimeoutSeconds - idle)
            }
        }
        return min(seconds, expireWaiting())
    }

    private func expireWaiting() -> Double {
        var seconds = Self.pollSecondsMax
        let expired = inbox.withLock { inbox -> [Transfer] in
            let late = inbox.waiting.filter { $0.request.deadline.hasPassed }
            inbox.waiting.removeAll { transfer in late.contains { $0 === transfer } }
            for transfer in inbox.waiting { seconds = min(seconds, transfer.request.deadline.remainingSeconds) }
            return late
        }
        for transfer in expired { transfer.finish(.failure(.deadlinePassed)) }
        return seconds
    }

    /// Takes the transfer out; its callbacks cannot be called any more when its caller goes on.
    private func end(_ entry: Running, _ outcome: Transfer.Outcome) {
        ccurl_multi_remove(multi, entry.handle.easy)
        running[entry.handle.easy] = nil
        let host = entry.transfer.request.host
        hostCounts[host, default: 1] -= 1
        if hostCounts[host] == 0 { hostCounts[host] = nil }
        entry.transfer.finish(outcome)
    }
}
