/// One Swift source, split into code and what is no code.
struct SwiftFile: Sendable, CustomStringConvertible {
    let path: String
    let lines: [Substring]
    /// The same lines with comments and the text of string literals blanked out, so that words in them do not count.
    let code: [String]

    init(path: String) throws {
        try self.init(path: path, text: Checkout.text(path))
    }

    init(path: String, text: String) {
        self.path = path
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        var blanker = Blanker()
        code = lines.map { blanker.blank($0) }
    }

    var description: String { path }

    /// The folder below Sources, which is the module.
    var module: String {
        let parts = path.split(separator: "/")
        return parts.count > 1 ? String(parts[1]) : ""
    }

    /// The modules it imports, with the numbers of the lines.
    var imports: [(module: String, line: Int)] {
        code.enumerated().compactMap { number, line in
            let words = line.split(whereSeparator: { $0 == " " || $0 == "." })
            guard let at = words.firstIndex(of: "import"), at + 1 < words.count else { return nil }
            let isImport = words[..<at].allSatisfy { word in
                ["internal", "package", "private", "fileprivate", "public"].contains(word) || word.hasPrefix("@")
            }
            return isImport ? (String(words[at + 1]), number + 1) : nil
        }
    }

    /// Functions, initialisers, getters with a body: first line and length in lines.
    var functions: [(name: String, line: Int, length: Int)] {
        var found: [(name: String, line: Int, length: Int)] = []
        var number = 0
        while number < code.count {
            if let name = Self.functionName(code[number]), let end = bodyEnd(from: number) {
                found.append((name, number + 1, end - number + 1))
            }
            number += 1
        }
        return found
    }

    private static func functionName(_ line: String) -> String? {
        let words = line.split(separator: " ")
        for (at, word) in words.enumerated() {
            if word == "func", at + 1 < words.count { return String(words[at + 1].prefix { $0 != "(" && $0 != "<" }) }
            if word.hasPrefix("init(") || word.hasPrefix("init?(") || word.hasPrefix("init<") { return "init" }
            if word == "deinit" { return "deinit" }
            let isModifier = word.hasPrefix("@") || modifiers.contains(String(word))
            if !isModifier { return nil }
        }
        return nil
    }

    private static let modifiers: Set<String> = [
        "package", "public", "private", "fileprivate", "internal", "static", "mutating", "nonmutating", "borrowing",
        "consuming", "override", "final", "convenience", "required", "nonisolated", "prefix", "postfix", "infix",
        "open",
    ]

    /// The line of the brace that closes the first one opened from `start` on. Nil for a requirement without a body.
    private func bodyEnd(from start: Int) -> Int? {
        var depth = 0
        var parentheses = 0
        for number in start..<code.count {
            for character in code[number] {
                switch character {
                case "(": parentheses += 1
                case ")": parentheses -= 1
                case "{": depth += 1
                case "}":
                    depth -= 1
                    if depth == 0 && parentheses == 0 { return number }
                    if depth < 0 { return nil }
                default: break
                }
            }
            let hasEnded = depth == 0 && parentheses == 0
            if hasEnded && number + 1 < code.count && !continues(number + 1) { return nil }
        }
        return nil
    }

    /// Whether a signature goes on in this line.
    private func continues(_ number: Int) -> Bool {
        let line = code[number].drop { $0 == " " }
        return line.hasPrefix("{") || line.hasPrefix("->") || line.hasPrefix(")") || line.hasPrefix("where")
            || line.hasPrefix("throws")
    }
}

/// Blanks comments and the text of literals, keeping lines and columns.
private struct Blanker {
    private enum State: Equatable {
        case code
        case blockComment(Int)
        case multilineText
    }

    private var state = State.code

    mutating func blank(_ line: Substring) -> String {
        var result = ""
        var rest = line
        while let character = rest.first {
            switch state {
            case .blockComment(let depth):
                if rest.hasPrefix("*/") {
                    state = depth == 1 ? .code : .blockComment(depth - 1)
                    rest = rest.dropFirst(2)
                } else {
                    if rest.hasPrefix("/*") { state = .blockComment(depth + 1) }
                    rest = rest.dropFirst(rest.hasPrefix("/*") ? 2 : 1)
                }
                result += " "
            case .multilineText:
                if rest.hasPrefix("\"\"\"") {
                    state = .code
                    rest = rest.dropFirst(3)
                } else {
                    rest = rest.dropFirst(rest.hasPrefix("\\") ? 2 : 1)
                }
                result += " "
            case .code:
                if rest.hasPrefix("//") { return result }
                if rest.hasPrefix("/*") {
                    state = .blockComment(1)
                    rest = rest.dropFirst(2)
                } else if rest.hasPrefix("\"\"\"") {
                    state = .multilineText
                    rest = rest.dropFirst(3)
                } else if character == "\"" {
                    rest = Self.afterLiteral(rest)
                    result += "\"\""
                } else {
                    result.append(character)
                    rest = rest.dropFirst()
                }
            }
        }
        return result
    }

    /// What follows a literal of one line, with interpolations inside it skipped over, nested literals too.
    private static func afterLiteral(_ text: Substring) -> Substring {
        var rest = text.dropFirst()
        while let character = rest.first {
            if rest.hasPrefix("\\(") {
                rest = afterInterpolation(rest.dropFirst(2))
            } else if character == "\\" {
                rest = rest.dropFirst(2)
            } else {
                rest = rest.dropFirst()
                if character == "\"" { return rest }
            }
        }
        return rest
    }

    private static func afterInterpolation(_ text: Substring) -> Substring {
        var rest = text
        var depth = 1
        while let character = rest.first {
            if character == "\"" {
                rest = afterLiteral(rest)
                continue
            }
            rest = rest.dropFirst()
            if character == "(" { depth += 1 }
            if character == ")" { depth -= 1 }
            if depth == 0 { return rest }
        }
        return rest
    }
}
