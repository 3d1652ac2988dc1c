extension OperationError {
    /// The caller's deadline passed while this was being done.
    static func deadlinePassed(_ operation: String, _ object: String) -> OperationError {
        OperationError(.timedOut, operation: operation, object: object, cause: "the deadline passed")
    }

    /// The work was ended from outside before it was done.
    static func gaveUp(_ operation: String, _ object: String) -> OperationError {
        OperationError(.timedOut, operation: operation, object: object, cause: "given up before it was complete")
    }
}
