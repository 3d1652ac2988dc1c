/// What a `MeasuredStore` has counted, for each operation.
package struct StoreMeasurement: Sendable, Equatable {
    package struct Row: Sendable, Equatable {
        /// Calls that have ended.
        package var calls = 0
        /// Of these, how many threw.
        package var failures = 0
        /// Bytes of content that went out or came in with the calls that succeeded.
        package var bytes: UInt64 = 0
        /// Time within the calls, summed up: calls side by side count each.
        package var nanoseconds: UInt64 = 0

        package init() {}
    }

    private var rows: [StoreOperation: Row] = [:]

    package init() {}

    package subscript(operation: StoreOperation) -> Row {
        get { rows[operation] ?? Row() }
        set { rows[operation] = newValue }
    }
}
