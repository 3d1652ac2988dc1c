/// What `pg_current_snapshot()` said: which transactions were over, `xmin:xmax:xip,…` (utils/adt/xid8funcs.c).
package struct TransactionSnapshot: Equatable, Sendable {
    /// The first number that was not given to any transaction.
    package let next: UInt64
    /// Those below `next` that were under way.
    package let running: Set<UInt64>

    /// Nil for any other text.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 3, let oldest = UInt64(parts[0]), let next = UInt64(parts[1]), oldest <= next else {
            return nil
        }
        var running: Set<UInt64> = []
        for part in parts[2].split(separator: ",") {
            guard let number = UInt64(part) else { return nil }
            running.insert(number)
        }
        self.next = next
        self.running = running
    }

    /// Whether the transaction had ended.
    ///
    /// A number of 32 bits stands for the transaction of that number that is nearest to the snapshot, as the server
    /// compares them too (`TransactionIdPrecedes`, access/transam/transam.c).
    package func isOver(_ transaction: UInt64) -> Bool {
        let whole = transaction <= UInt64(UInt32.max) ? nearest(UInt32(transaction)) : transaction
        return whole < next && !running.contains(whole)
    }

    private func nearest(_ number: UInt32) -> UInt64 {
        let half: UInt64 = 1 << 31
        let epoch = (next >> 32) << 32
        let candidate = epoch | UInt64(number)
        if candidate >= next, candidate - next > half, epoch > 0 { return candidate - (1 << 32) }
        if candidate < next, next - candidate > half { return candidate &+ (1 << 32) }
        return candidate
    }
}
