/// A refused system call: which, on what, and why.
package struct PlatformError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The name of the call, as in `open`.
    package let operation: String
    /// What it was applied to, most often a path.
    package let object: String
    /// The kernel's reason.
    package let errno: Errno

    /// Also for limits of the callers, with the errno that fits.
    package init(operation: String, object: String, errno: Errno) {
        self.operation = operation
        self.object = object
        self.errno = errno
    }

    /// For instance `open "x": No such file or directory`.
    package var description: String { "\(operation) \"\(object)\": \(errno)" }
}
