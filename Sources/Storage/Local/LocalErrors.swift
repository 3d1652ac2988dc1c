import Platform

extension StoreError {
    /// The kernel's refusal in a store's words; `object` is the key or path that the caller asked about.
    init(local error: PlatformError, _ operation: StoreOperation, _ object: String) {
        let code = Code(local: error.errno)
        self.init(code, operation, object, cause: error.description, hint: Self.hint(local: code, error.errno))
    }

    private static func hint(local code: Code, _ errno: Errno) -> String? {
        switch code {
        case .full: "Free space on the repository's file system, or mount a larger one."
        case .denied where errno == .readOnlyFileSystem: "The repository's file system is mounted read-only."
        case .denied: "The user that runs this program needs to own the repository's directories."
        default: nil
        }
    }
}

extension StoreError.Code {
    /// How a kernel's refusal is classified.
    init(local errno: Errno) {
        switch errno {
        case .noSpace, .quotaExceeded: self = .full
        case .accessDenied, .notPermitted, .readOnlyFileSystem: self = .denied
        case .fileTooLarge: self = .tooLarge
        // The key asked for lies below another object, is a directory, or is too long for a file name: another try
        // would fare the same.
        case .notADirectory, .isADirectory, .nameTooLong: self = .refused
        default: self = .localFault
        }
    }
}
