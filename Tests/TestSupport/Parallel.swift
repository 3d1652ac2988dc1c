import Platform

/// Runs `body` on `count` threads at once, with the numbers from 0 on, and gives their results in that order.
package func inParallel<R: Sendable>(
    _ count: Int, _ body: @escaping @Sendable (Int) throws -> R
) throws -> [Result<R, any Error>] {
    let results = Results<R>()
    try run(0, of: count, results, body)
    return results.all
}

/// Each call starts one thread and joins it when all further ones have been started.
private func run<R: Sendable>(
    _ number: Int, of count: Int, _ results: Results<R>, _ body: @escaping @Sendable (Int) throws -> R
) throws {
    guard number < count else { return }
    let thread = try Thread.spawn(name: "test") {
        results.set(number, Result { try body(number) })
    }
    let further = Result { try run(number + 1, of: count, results, body) }
    thread.join()
    try further.get()
}

private final class Results<R: Sendable>: Sendable {
    private let byNumber = Gate<[Int: Result<R, any Error>]>([:])

    func set(_ number: Int, _ result: Result<R, any Error>) {
        byNumber.withLock { $0[number] = result }
    }

    var all: [Result<R, any Error>] {
        byNumber.withLock { byNumber in byNumber.sorted { $0.key < $1.key }.map(\.value) }
    }
}
