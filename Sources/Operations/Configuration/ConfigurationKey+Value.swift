/// Why a value does not fit its key.
struct Misfit: Error, Equatable {
    let message: String
    var hint: String?
}

extension ConfigurationKey {
    /// The checked value.
    func value(of raw: RawSetting.Value) throws(Misfit) -> ConfigurationValue {
        switch kind {
        case .text, .secret: .text(try line(raw))
        case .path: .text(try absolute(try line(raw)))
        case .flag: .flag(try flag(raw))
        case .choice(let choices): .text(try choice(raw, choices))
        case .number(let range): .number(try number(raw, range))
        case .bytes(let range): .bytes(try bytes(raw, range))
        case .seconds(let range): .seconds(try seconds(raw, range))
        case .list: .list(try list(raw))
        case .paths: .list(try paths(raw))
        }
    }

    private var expectation: String {
        switch kind {
        case .text, .secret, .path, .choice: "a string"
        case .flag: "true or false"
        case .number: "an integer"
        case .bytes: "a size such as \"8MiB\""
        case .seconds: "a duration such as \"30s\""
        case .list, .paths: "a list of strings"
        }
    }

    private func mismatch(_ raw: RawSetting.Value) -> Misfit {
        let found: String
        switch raw {
        case .scalar(.string, let text), .words(let text): found = kind == .secret ? "something else" : "\"\(text)\""
        case .scalar(let kind, _): found = kind.noun
        case .list(let items):
            found = items.first { $0.kind != .string }.map { "a list with \($0.kind.noun)" } ?? "a list"
        }
        return Misfit(message: "\"\(name)\" takes \(expectation), found \(found)")
    }

    private func line(_ raw: RawSetting.Value) throws(Misfit) -> String {
        switch raw {
        case .scalar(.string, let text), .words(let text): try plain(text)
        default: throw mismatch(raw)
        }
    }

    /// Text goes into paths, requests and messages: none of them can carry control characters.
    private func plain(_ text: String) throws(Misfit) -> String {
        if text.isEmpty { throw Misfit(message: "\"\(name)\" is empty") }
        if text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
            throw Misfit(message: "\"\(name)\" contains a control character")
        }
        return text
    }

    private func absolute(_ path: String) throws(Misfit) -> String {
        guard path.hasPrefix("/") else {
            let hint =
                "PostgreSQL runs commands in its data directory, so only absolute paths mean the same everywhere."
            throw Misfit(message: "\"\(name)\" takes an absolute path, found \"\(path)\"", hint: hint)
        }
        return path
    }

    private func flag(_ raw: RawSetting.Value) throws(Misfit) -> Bool {
        switch raw {
        case .scalar(.boolean, "true"), .words("true"): true
        case .scalar(.boolean, "false"), .words("false"): false
        default: throw mismatch(raw)
        }
    }

    private func choice(_ raw: RawSetting.Value, _ choices: [String]) throws(Misfit) -> String {
        let text = try line(raw)
        guard choices.contains(text) else {
            let allowed = choices.map { "\"\($0)\"" }.joined(separator: ", ")
            throw Misfit(
                message: "\"\(name)\" takes one of \(allowed), found \"\(text)\"",
                hint: Spelling.hint(for: text, among: choices))
        }
        return text
    }

    private func number(_ raw: RawSetting.Value, _ range: ClosedRange<Int>) throws(Misfit) -> Int {
        switch raw {
        case .scalar(.integer, let text), .words(let text):
            guard let number = Int(text) else { throw mismatch(raw) }
            guard range.contains(number) else {
                throw outside("\(range.lowerBound)", "\(range.upperBound)", found: text)
            }
            return number
        default: throw mismatch(raw)
        }
    }

    private func bytes(_ raw: RawSetting.Value, _ range: ClosedRange<Int>) throws(Misfit) -> Int {
        switch raw {
        case .scalar(.integer, let text), .scalar(.string, let text), .words(let text):
            guard let bytes = Quantity.bytes(text) else { throw mismatch(raw) }
            guard range.contains(bytes) else {
                let bounds = (Quantity.text(bytes: range.lowerBound), Quantity.text(bytes: range.upperBound))
                throw outside(bounds.0, bounds.1, found: text)
            }
            return bytes
        default: throw mismatch(raw)
        }
    }

    private func seconds(_ raw: RawSetting.Value, _ range: ClosedRange<Double>) throws(Misfit) -> Double {
        switch raw {
        case .scalar(.integer, let text), .scalar(.float, let text), .scalar(.string, let text), .words(let text):
            guard let seconds = Quantity.seconds(text) else { throw mismatch(raw) }
            guard range.contains(seconds) else {
                let bounds = (Quantity.text(seconds: range.lowerBound), Quantity.text(seconds: range.upperBound))
                throw outside(bounds.0, bounds.1, found: text)
            }
            return seconds
        default: throw mismatch(raw)
        }
    }

    private func outside(_ least: String, _ most: String, found text: String) -> Misfit {
        Misfit(message: "\"\(name)\" takes \(least) to \(most), found \(text)")
    }

    private func list(_ raw: RawSetting.Value) throws(Misfit) -> [String] {
        let items: [String]
        switch raw {
        case .list(let found) where found.allSatisfy({ $0.kind == .string }): items = found.map(\.text)
        case .scalar(.string, let text): items = [text]
        case .words(let text): items = text.split(separator: ",").map { Self.trimmed($0) }
        default: throw mismatch(raw)
        }
        for item in items { _ = try plain(item) }
        return items
    }

    private func paths(_ raw: RawSetting.Value) throws(Misfit) -> [String] {
        let paths = try list(raw)
        for path in paths { _ = try absolute(path) }
        return paths
    }

    private static func trimmed(_ text: Substring) -> String {
        let start = text.drop { $0 == " " }
        return start.lastIndex { $0 != " " }.map { String(start[...$0]) } ?? ""
    }
}
