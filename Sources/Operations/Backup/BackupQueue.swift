import Platform

/// Hands out the work, in order.
final class BackupQueue: Sendable {
    private let units: [BackupUnit]
    private let next = Gate(0)

    init(_ units: [BackupUnit]) {
        self.units = units
    }

    func take() -> BackupUnit? {
        next.withLock { next in
            guard next < units.count else { return nil }
            defer { next += 1 }
            return units[next]
        }
    }
}
