/// What came out of looking at one object.
enum CheckOutcome: Equatable, Sendable {
    case right
    /// The store has no such object, although it was listed.
    case missing
    /// What is wrong with it.
    case damaged(String)
    /// No identity at hand opens it.
    case locked

    /// What an error says about the object itself; throws it when that is nothing: trouble on the way to it.
    init(_ error: OperationError) throws(OperationError) {
        switch error.code {
        case .foreignKey: self = .locked
        case .damaged, .wrongFile: self = .damaged(error.cause)
        // A disk that cannot give a file back has lost it.
        case .inputOutput: self = .damaged("it cannot be read: \(error.cause)")
        default: throw error
        }
    }
}
