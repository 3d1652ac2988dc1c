/// A request to a store that has ended.
package struct StoreCall: Sendable, Equatable {
    package let operation: StoreOperation
    /// From its begin to its end.
    package var seconds = 0.0
    /// Bytes of content that the store accepted; 0 for a request that failed.
    package var sentBytes = 0
    /// Bytes of content that came.
    package var receivedBytes = 0
    /// Why it failed; nil when it did not.
    package var failure: StoreError.Code?

    package init(_ operation: StoreOperation) { self.operation = operation }
}
