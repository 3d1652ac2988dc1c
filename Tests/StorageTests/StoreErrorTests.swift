import Storage
import Testing

@Suite struct StoreErrorTests {
    @Test func description() {
        let error = StoreError(.full, .create, "a/b", cause: "no space left on device", hint: "Free space.")
        #expect("\(error)" == "create \"a/b\": no space left on device")
        #expect(error.hint == "Free space.")
    }

    /// What is retried decides how long a failure takes to be seen, so the whole list is spelled out.
    @Test func retryable() {
        let retryable = StoreError.Code.allCases.filter { code in
            StoreError(code, .read, "k", cause: "c").isRetryable
        }
        #expect(retryable == [.unreachable, .timedOut, .throttled, .damaged, .serverFault])
    }
}
