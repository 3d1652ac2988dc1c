import Platform
package import Storage

/// Counts what it hears of a store.
package final class StoreTally: StoreObserver {
    package struct Row: Sendable, Equatable {
        /// Calls that have ended.
        package var calls = 0
        /// Of these, by what they failed with.
        package var failures: [StoreError.Code: Int] = [:]
        package var retries: [StoreError.Code: Int] = [:]
        package var sentBytes = 0
        package var receivedBytes = 0
        /// Within the calls, summed up.
        package var seconds = 0.0

        package init(
            calls: Int = 0, failures: [StoreError.Code: Int] = [:], retries: [StoreError.Code: Int] = [:],
            sentBytes: Int = 0, receivedBytes: Int = 0, seconds: Double = 0
        ) {
            self.calls = calls
            self.failures = failures
            self.retries = retries
            self.sentBytes = sentBytes
            self.receivedBytes = receivedBytes
            self.seconds = seconds
        }
    }

    private let rows = Gate<[StoreOperation: Row]>([:])

    package init() {}

    package subscript(operation: StoreOperation) -> Row { rows.withLock { $0[operation] ?? Row() } }

    package func ended(_ call: StoreCall) {
        rows.withLock { rows in
            var row = rows[call.operation] ?? Row()
            row.calls += 1
            row.seconds += call.seconds
            row.sentBytes += call.sentBytes
            row.receivedBytes += call.receivedBytes
            if let failure = call.failure { row.failures[failure, default: 0] += 1 }
            rows[call.operation] = row
        }
    }

    package func retries(_ operation: StoreOperation, after failure: StoreError.Code) {
        rows.withLock { $0[operation, default: Row()].retries[failure, default: 0] += 1 }
    }
}
