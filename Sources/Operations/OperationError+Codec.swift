package import Codec
internal import Format

extension OperationError {
    /// - Parameter object: what the bytes came from, where the codec knows only their kind: a path, say.
    package init(_ error: CodecError, object: String? = nil) {
        let code: Code =
            switch error.code {
            case .stream(.noMatchingIdentity): .foreignKey
            case .stream: .damaged
            case .badKey, .wrongKindOfKey, .badKeyFile, .wrongPassphrase, .tooCostly: .badKey
            case .badParameter: .configuration
            case .libraryFault: .internalFault
            }
        self.init(
            code, operation: error.operation, object: object ?? error.object, cause: error.cause, hint: error.hint)
    }
}
