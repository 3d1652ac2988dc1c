package import Platform
package import Storage

/// Why a verb did not do what it was asked.
package struct OperationError: Error, Sendable, CustomStringConvertible {
    /// The class of the failure. The set may grow; each code belongs to one kind, which decides the exit code.
    package struct Code: Hashable, Sendable, CustomStringConvertible {
        package enum Kind: Sendable {
            case badData, noInput, unavailable, internalFault, wouldOverwrite, inputOutput, temporary, permission
            case configuration
        }

        package let name: String
        package let kind: Kind

        package init(_ name: String, _ kind: Kind) {
            self.name = name
            self.kind = kind
        }

        package var description: String { name }

        /// A file belongs to another cluster, timeline, place or size than its name and the configuration say.
        package static let wrongFile = Code("wrong file", .badData)
        /// Something else is stored under this name.
        package static let differentContent = Code("different content", .badData)
        /// A stored object, or a file of ours, is not as it was written.
        package static let damaged = Code("damaged", .badData)
        /// Text that should be a key, or a file that should hold one, is none.
        package static let badKey = Code("bad key", .badData)
        /// None of the identities opens the object.
        package static let foreignKey = Code("foreign key", .badData)
        /// A file named by the caller is not there.
        package static let noSuchFile = Code("no such file", .noInput)
        /// A repository does not answer, or not as it should.
        package static let unavailable = Code("unavailable", .unavailable)
        /// The deadline passed, or somebody asked to stop.
        package static let timedOut = Code("timed out", .temporary)
        /// The file to be made is there.
        package static let exists = Code("exists", .wouldOverwrite)
        /// The kernel refused for a reason other than those above.
        package static let inputOutput = Code("input/output", .inputOutput)
        /// A program that was to be run did not end as it should.
        package static let commandFailed = Code("command failed", .inputOutput)
        /// A user, a mode or a credential forbids it.
        package static let denied = Code("denied", .permission)
        /// A private file may be read by others.
        package static let exposed = Code("exposed", .permission)
        /// What the configuration names is not there, or does not go together.
        package static let configuration = Code("configuration", .configuration)
        /// A mistake in Trunkline.
        package static let internalFault = Code("internal fault", .internalFault)
    }

    package let code: Code
    /// What was being done, as a verb phrase.
    package let operation: String
    /// What it was being done to: a path, a name, a repository.
    package let object: String
    /// Lowercase, no full stop.
    package let cause: String
    /// A sentence, or nil.
    package let hint: String?

    package init(_ code: Code, operation: String, object: String, cause: String, hint: String? = nil) {
        self.code = code
        self.operation = operation
        self.object = object
        self.cause = cause
        self.hint = hint
    }

    /// `push "00000001…": cause`
    package var description: String { "\(operation) \"\(object)\": \(cause)" }

    /// Whether asking again gives the same: what is stored is not what is wanted, and nobody will mend it meanwhile.
    var isPermanent: Bool { code.kind == .badData }

    /// The same failure with what else is known about it behind the cause.
    package func noting(_ note: String) -> OperationError {
        OperationError(code, operation: operation, object: object, cause: "\(cause) (\(note))", hint: hint)
    }
}

// MARK: - Conversions at the targets' borders

extension OperationError {
    /// `doing` replaces the name of the system call, which says little to a person.
    package init(_ error: PlatformError, doing operation: String? = nil, hint: String? = nil) {
        let code: Code =
            switch error.errno {
            case .noSuchFile, .notADirectory: .noSuchFile
            case .accessDenied, .notPermitted: .denied
            case .exists: .exists
            default: .inputOutput
            }
        self.init(
            code, operation: operation ?? error.operation, object: error.object, cause: "\(error.errno)".lowercased(),
            hint: hint)
    }

    package init(_ error: StoreError) {
        let code: Code =
            switch error.code {
            case .unreachable, .timedOut, .throttled, .serverFault, .refused: .unavailable
            case .denied: .denied
            case .misconfigured: .configuration
            case .damaged: .damaged
            case .full, .tooLarge, .localFault: .inputOutput
            case .cancelled, .deadlinePassed: .timedOut
            }
        self.init(code, operation: error.operation, object: error.object, cause: error.cause, hint: error.hint)
    }
}
