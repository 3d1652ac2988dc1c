import Codec
import Format
import Platform

/// Sends a file through the product's pipeline into a store that costs nothing, or back, and tells how long it took.
@main enum PipelineBenchmark {
    /// The content that came out differs from what went in.
    struct Changed: Error {}

    static func main() {
        guard let request = PassRequest(Process.arguments.dropFirst()) else { end(64, PassRequest.usage) }
        guard let key = ObjectKey("bench/stream") else { end(70, "a constant key is invalid") }
        do {
            let result = try run(request, Road(request, key: key))
            try StandardStream.output.write(result.line(request))
        } catch {
            end(1, "\(error)")
        }
    }

    private static func run(_ request: PassRequest, _ road: Road) throws -> PassResult {
        switch request.direction {
        case .seal:
            let store = VolatileStore(keeps: false)
            return try PassResult.measuring(store: store) { try road.seal(into: store) }
        case .open:
            let store = VolatileStore(keeps: true)
            let content = try road.seal(into: store)
            return try PassResult.measuring(store: store) {
                let found = try road.open(from: store)
                guard found == content else { throw Changed() }
                return found
            }
        }
    }

    private static func end(_ code: Int32, _ message: String) -> Never {
        try? StandardStream.error.write("trunkline-bench: \(message)\n")
        Process.exit(code)
    }
}
