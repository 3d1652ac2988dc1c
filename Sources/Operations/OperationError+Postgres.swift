package import Postgres

extension OperationError {
    package init(_ error: PostgresError) {
        let code: Code =
            switch error.code {
            case .unreadable: .inputOutput
            default: .wrongFile
            }
        self.init(code, operation: error.operation, object: error.object, cause: error.cause, hint: error.hint)
    }
}
