import Platform
import Stream

extension Crew {
    /// Runs `body` for each number below `count` on up to `threads` threads, this one among them, and throws the first
    /// failure once no thread is in it any more. After a failure no further number is begun.
    ///
    /// A thread that the system does not give is done without.
    static func each(
        below count: Int, threads: Int, name: String, _ body: @escaping @Sendable (Int) throws(OperationError) -> Void
    ) throws(OperationError) {
        let next = Gate(0)
        let failure = StickyFailure<OperationError>()
        let work: @Sendable () -> Void = {
            while failure.error == nil {
                let number = next.withLock { next in
                    defer { next += 1 }
                    return next
                }
                guard number < count else { return }
                do throws(OperationError) { try body(number) } catch { failure.record(error) }
            }
        }
        let crew = Crew()
        for number in 1..<max(2, min(threads, count)) where number < threads {
            guard (try? crew.begin(name: "\(name)/\(number)", work)) != nil else { break }
        }
        work()
        crew.join()
        try failure.check()
    }
}
