import Codec
import Platform

/// What a pass took: measured around the work alone, without the start of the program and its preparations.
struct PassResult {
    let contentByteCount: UInt64
    let sealedByteCount: UInt64
    let seconds: Double
    let processorSeconds: Double

    /// Runs `work`, which returns the content that it has done.
    static func measuring(
        store: VolatileStore, _ work: () throws -> ContentSummary
    ) rethrows -> PassResult {
        let (start, processorStart) = (Clock.monotonicNanoseconds(), Process.processorSeconds)
        let content = try work()
        let seconds = Double(Clock.monotonicNanoseconds() - start) / 1e9
        return PassResult(
            contentByteCount: content.byteCount, sealedByteCount: store.byteCount, seconds: seconds,
            processorSeconds: Process.processorSeconds - processorStart)
    }

    /// The line that the driver reads; the same names as the limit program's.
    func line(_ request: PassRequest) -> String {
        """
        {"program": "trunkline", "direction": "\(request.direction.rawValue)", "content_bytes": \(contentByteCount), \
        "sealed_bytes": \(sealedByteCount), "seconds": \(seconds), "cpu_seconds": \(processorSeconds), \
        "threads": \(request.threads), "peak_bytes": \(Process.peakResidentBytes)}

        """
    }
}
