/// One thing that is wrong with the configuration, and where.
package struct ConfigurationProblem: Error, Equatable, Sendable {
    package enum Origin: Equatable, Sendable {
        /// A line of the file, from 1.
        case line(Int)
        /// An environment variable, by its full name.
        case variable(String)
        /// The configuration as a whole.
        case whole
    }

    package let origin: Origin
    /// Lowercase, no full stop, never the value of a secret.
    package let message: String
    /// A sentence, or nil.
    package let hint: String?

    package init(_ origin: Origin, _ message: String, hint: String? = nil) {
        self.origin = origin
        self.message = message
        self.hint = hint
    }

    /// The message with its place in front: `"/etc/trunkline/trunkline.toml", line 3: unknown key "x"`.
    ///
    /// `file` is nil when there is no file and everything came from the environment.
    package func text(file: String?) -> String {
        switch origin {
        case .line(let line) where line > 0: "\"\(file ?? "configuration")\", line \(line): \(message)"
        case .variable(let name): "\(name): \(message)"
        case .line, .whole: file.map { "\"\($0)\": \(message)" } ?? "configuration: \(message)"
        }
    }
}

/// Everything that is wrong with a configuration, reported together: lines of the file first and in their order, then
/// the environment, then the whole.
package struct ConfigurationError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The file that was read, or nil.
    package let file: String?
    /// Never empty.
    package let problems: [ConfigurationProblem]

    package init(file: String?, problems: [ConfigurationProblem]) {
        self.file = file
        self.problems = problems.enumerated()
            .sorted { ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset) }
            .map(\.element)
    }

    package var description: String { problems.map { $0.text(file: file) }.joined(separator: "; ") }
}

extension ConfigurationProblem {
    fileprivate var rank: Int {
        switch origin {
        case .line(let line): line
        case .variable: Int.max - 1
        case .whole: Int.max
        }
    }
}
