/// What a client asks of the agent. A value of this type always fits into a frame.
package struct AgentRequest: Equatable, Sendable {
    package enum Operation: Equatable, Sendable {
        /// Store the file that PostgreSQL's %p names.
        case push(path: String)
        /// Bring `name` back (%f) as `target` (%p).
        case fetch(name: String, target: String)
        /// Answer, and do nothing.
        case ping
    }

    package let operation: Operation
    /// An absolute path, or empty for the agent's own.
    package let configuration: String
    /// A cluster's name, or empty: then the agent finds it as the program itself would.
    package let cluster: String
    /// The client's working directory, absolute, against which relative paths count; PostgreSQL's data directory.
    package let directory: String

    private static let noun = "agent request"

    /// Asks whether anybody is there.
    package static let ping = AgentRequest(.ping)

    /// Throws `tooLong` for what does not fit into a frame, `badValue` for texts with a zero octet or a path that has
    /// to be absolute and is not, `tooShort` for a name or a path that is empty.
    package init(
        _ operation: Operation, configuration: String, cluster: String, directory: String
    ) throws(FormatError) {
        self.operation = operation
        self.configuration = configuration
        self.cluster = cluster
        self.directory = directory
        try validate()
    }

    private init(_ operation: Operation) {
        self.operation = operation
        configuration = ""
        cluster = ""
        directory = ""
    }

    /// Reads the body of a frame of our version.
    package init(kind: UInt8, body: [UInt8]) throws(FormatError) {
        var position = 0
        var texts: [String] = []
        for _ in 0..<Self.textCount {
            texts.append(try AgentText.take(body, at: &position, of: Self.noun))
        }
        guard position == body.count else {
            throw FormatError(.badValue, Self.noun, "\(body.count - position) bytes follow its end")
        }
        let operation = try Self.operation(kind, texts[3], texts[4])
        try self.init(operation, configuration: texts[0], cluster: texts[1], directory: texts[2])
    }

    /// The whole frame.
    package func encoded() -> [UInt8] {
        var body: [UInt8] = []
        body.reserveCapacity(bodyByteCount)
        for text in texts { AgentText.append(text.utf8, to: &body) }
        return AgentFrameHeader.frame(kind, body: body)
    }

    private static let textCount = 5

    private var kind: AgentFrameKind {
        switch operation {
        case .push: .push
        case .fetch: .fetch
        case .ping: .ping
        }
    }

    private var texts: [String] {
        let common = [configuration, cluster, directory]
        return switch operation {
        case .push(let path): common + [path, ""]
        case .fetch(let name, let target): common + [name, target]
        case .ping: common + ["", ""]
        }
    }

    private var bodyByteCount: Int {
        texts.reduce(0) { $0 + AgentText.countByteCount + $1.utf8.count }
    }

    private static func operation(_ kind: UInt8, _ first: String, _ second: String) throws(FormatError) -> Operation {
        switch AgentFrameKind(rawValue: kind) {
        case .push where second.isEmpty: return .push(path: first)
        case .fetch: return .fetch(name: first, target: second)
        case .ping where first.isEmpty && second.isEmpty: return .ping
        case .push, .ping: throw FormatError(.badValue, noun, "it has a text too many")
        default: throw FormatError(.notRecognised, noun, "there is no kind \(kind)")
        }
    }

    private func validate() throws(FormatError) {
        guard bodyByteCount <= AgentProtocol.bodyByteCountMax else {
            throw FormatError(
                .tooLong, Self.noun,
                "its body has \(bodyByteCount) bytes, at most \(AgentProtocol.bodyByteCountMax) are allowed")
        }
        for text in texts where text.utf8.contains(0) {
            throw FormatError(.badValue, Self.noun, "a text has a zero byte in it")
        }
        if operation == .ping {
            guard texts.allSatisfy(\.isEmpty) else { throw FormatError(.badValue, Self.noun, "a ping has no texts") }
            return
        }
        try validatePaths()
    }

    private func validatePaths() throws(FormatError) {
        guard directory.utf8.first == UInt8(ascii: "/") else {
            throw FormatError(.badValue, Self.noun, "the directory \"\(directory)\" is not absolute")
        }
        guard configuration.isEmpty || configuration.utf8.first == UInt8(ascii: "/") else {
            throw FormatError(.badValue, Self.noun, "the configuration \"\(configuration)\" is not absolute")
        }
        let names =
            switch operation {
            case .push(let path): [path]
            case .fetch(let name, let target): [name, target]
            case .ping: [] as [String]
            }
        guard !names.contains("") else { throw FormatError(.tooShort, Self.noun, "a name is empty") }
    }
}
