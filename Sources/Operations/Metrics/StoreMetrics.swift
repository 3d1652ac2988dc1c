package import Storage

/// Counts what becomes of the requests to one repository.
package struct StoreMetrics: StoreObserver {
    private let registry: MetricsRegistry
    private let repository: String

    /// What is counted without a further label is told from now on, as zero.
    package init(_ registry: MetricsRegistry, repository: String) {
        self.registry = registry
        self.repository = repository
        for metric in [Metric.storeThrottled, .storeSentBytes, .storeReceivedBytes, .partUploadSeconds] {
            registry.begin(metric, repository)
        }
    }

    package func ended(_ call: StoreCall) {
        registry.add(.storeRequests, 1, repository, call.operation.label)
        if let failure = call.failure {
            registry.add(.storeFailures, 1, repository, failure.label)
            if failure == .throttled { registry.add(.storeThrottled, 1, repository) }
        } else if call.operation == .create || call.operation == .upload {
            registry.observe(.partUploadSeconds, call.seconds, repository)
        }
        if call.sentBytes > 0 { registry.add(.storeSentBytes, Double(call.sentBytes), repository) }
        if call.receivedBytes > 0 { registry.add(.storeReceivedBytes, Double(call.receivedBytes), repository) }
    }

    package func retries(_ operation: StoreOperation, after failure: StoreError.Code) {
        registry.add(.storeRetries, 1, repository, failure.label)
    }
}

extension StoreOperation {
    /// Its value as a label.
    fileprivate var label: String {
        switch self {
        case .create: "create"
        case .beginUpload: "begin_upload"
        case .upload: "upload_part"
        case .complete: "complete_upload"
        case .abort: "abort_upload"
        case .read: "read"
        case .readTail: "read_tail"
        case .head: "head"
        case .list: "list"
        case .delete: "delete"
        }
    }
}

extension StoreError.Code {
    /// Its value as a label: `timed_out`.
    fileprivate var label: String {
        rawValue.reduce(into: "") { label, character in
            label += character.isUppercase ? "_\(character.lowercased())" : "\(character)"
        }
    }
}
