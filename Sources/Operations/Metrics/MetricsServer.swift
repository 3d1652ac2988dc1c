package import HTTPServer
import Platform

/// Serves the metrics to Prometheus, and whether all is well to whoever watches over the process.
///
/// `GET /metrics`, and `GET /healthz`: 200 and `ok`, or 503 and the reasons, a line each. Ending its life ends it.
package struct MetricsServer: ~Copyable {
    private let server: HTTPServer

    /// Where it listens, with the port that it got.
    package var address: ListenAddress { server.address }

    /// What one connection holds of an answer at most, for the sum of memory: some hundred series of each metric.
    package static let answerBytesMax = 512 << 10

    /// - Parameters:
    ///   - text: the metrics, brought up to date, in Prometheus's text format.
    ///   - troubles: what is wrong with the process, a line each; empty when all is well.
    package init(
        at address: ListenAddress, text: @escaping @Sendable () -> String,
        troubles: @escaping @Sendable () -> [String]
    ) throws(OperationError) {
        do throws(HTTPServerError) {
            server = try HTTPServer(at: address) { Self.answer($0, text: text, troubles: troubles) }
        } catch {
            throw OperationError(error)
        }
    }

    /// The methods that are answered (RFC 9110, section 9.1: every server has these two).
    private static let methods = ["GET", "HEAD"]

    static func answer(
        _ request: ServedRequest, text: () -> String, troubles: () -> [String]
    ) -> ServedAnswer {
        guard ["/metrics", "/healthz"].contains(request.path) else {
            return ServedAnswer(404, "there are /metrics and /healthz\n")
        }
        guard methods.contains(request.method) else {
            return ServedAnswer(405, "this can only be read\n", allow: methods.joined(separator: ", "))
        }
        guard request.path == "/healthz" else {
            return ServedAnswer(200, text(), contentType: MetricsText.contentType)
        }
        let troubles = troubles()
        guard !troubles.isEmpty else { return ServedAnswer(200, "ok\n") }
        return ServedAnswer(503, troubles.map { "\($0)\n" }.joined())
    }
}

extension OperationError {
    package init(_ error: HTTPServerError) {
        let code: Code =
            switch error.code {
            case .libraryMissing: .configuration
            case .refused(.accessDenied), .refused(.notPermitted): .denied
            case .refused: .inputOutput
            }
        self.init(
            code, operation: error.operation, object: "\(error.address)", cause: error.cause, hint: error.hint)
    }
}
