package import Postgres

extension OperationError {
    package init(_ error: PostgresError) {
        let code: Code =
            switch error.code {
            case .unreadable: .inputOutput
            case .unreachable, .disconnected: .unavailable
            case .libraryMissing, .notReady: .configuration
            case .refused: error.sqlState == "42501" ? .denied : .configuration
            case .timedOut, .cancelled: .timedOut
            case .badLabel, .badSummary: .damaged
            default: .wrongFile
            }
        self.init(code, operation: error.operation, object: error.object, cause: error.cause, hint: error.hint)
    }
}
