import Testing

/// What breaks a rule, gathered so that one failure shows all of it.
struct Offences {
    private var lines: [String] = []

    mutating func add(_ path: String, _ what: String) { lines.append("\(path): \(what)") }

    mutating func add(_ path: String, _ line: Int, _ what: String) { lines.append("\(path):\(line): \(what)") }

    func expectNone(sourceLocation: SourceLocation = #_sourceLocation) {
        let list = lines.joined(separator: "\n")
        if !lines.isEmpty { Issue.record("\(lines.count) offences\n\(list)", sourceLocation: sourceLocation) }
    }
}
