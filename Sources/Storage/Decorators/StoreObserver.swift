/// Hears what becomes of requests to a store, from `MeasuredStore` and `RetryingStore`.
///
/// Called on the thread of the request, between two requests of it: it must be quick, and safe to call from many
/// threads at once.
package protocol StoreObserver: Sendable {
    /// A request has ended, well or not.
    func ended(_ call: StoreCall)

    /// A request that failed so will be tried again.
    func retries(_ operation: StoreOperation, after failure: StoreError.Code)
}
