internal import Glibc

/// Waits until one of `polls` has what it asks for, or an error, or the end; false when `deadline` came first.
func pollUntilReady(
    _ polls: inout [pollfd], on object: @autoclosure () -> String, until deadline: Deadline
) throws(PlatformError) -> Bool {
    while true {
        // Rounded up, so that the deadline has passed when nothing came; what does not fit is asked for again.
        let wanted = (deadline.remainingSeconds * 1000).rounded(.up)
        let milliseconds = wanted < Double(Int32.max) ? Int32(wanted) : -1
        do {
            let count = nfds_t(polls.count)
            if try systemCallOnce("poll", { poll(&polls, count, milliseconds) }) > 0 { return true }
            if deadline.hasPassed { return false }
        } catch .interrupted {
            // Not `systemCall`: the time that is left has become shorter.
        } catch {
            throw PlatformError(operation: "poll", object: object(), errno: error)
        }
    }
}

extension pollfd {
    /// - Parameter events: POLLIN, POLLOUT.
    init(_ number: Int32, _ events: Int32) {
        self.init(fd: number, events: Int16(truncatingIfNeeded: events), revents: 0)
    }

    /// Whether there is something to do for its owner, be it to see an error.
    var isReady: Bool { revents != 0 }
}
