/// The files `credentials` and `config` of AWS's tools: sections in brackets, `name = value` lines, comments that begin
/// with # or ; (https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html). Nested values, which are indented
/// lines below a name with no value, are skipped.
package struct IniFile: Sendable, Equatable {
    /// A credentials file of a large organisation has some hundred profiles of five lines.
    package static let byteCountMax = 1 << 20

    /// Section name, its blanks reduced to one, to its values; names in lower case.
    package private(set) var sections: [String: [String: String]] = [:]

    /// Lines that are none of the above are ignored, as AWS's tools do. Bytes that are not UTF-8 become U+FFFD.
    package init(_ bytes: [UInt8]) {
        var section: String?
        for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline) {
            let isNested = line.first?.isWhitespace == true
            let text = Self.trim(line)
            if text.isEmpty || text.hasPrefix("#") || text.hasPrefix(";") { continue }
            if let name = Self.sectionName(text) {
                section = name
                if sections[name] == nil { sections[name] = [:] }
            } else if !isNested, let section, let (name, value) = Self.assignment(text) {
                sections[section]?[name] = value
            }
        }
    }

    private static func sectionName(_ text: Substring) -> String? {
        guard text.hasPrefix("["), let end = text.firstIndex(of: "]") else { return nil }
        return text[text.index(after: text.startIndex)..<end].split(whereSeparator: \.isWhitespace)
            .joined(separator: " ")
    }

    private static func assignment(_ text: Substring) -> (name: String, value: String)? {
        guard let sign = text.firstIndex(of: "=") else { return nil }
        let name = trim(text[..<sign]).lowercased()
        return name.isEmpty ? nil : (name, withoutComment(trim(text[text.index(after: sign)...])))
    }

    /// A comment after a value needs a blank before its sign, since secrets may contain the sign itself.
    private static func withoutComment(_ value: Substring) -> String {
        var previous: Character?
        for index in value.indices {
            if value[index] == "#" || value[index] == ";", previous?.isWhitespace == true {
                return String(trim(value[..<index]))
            }
            previous = value[index]
        }
        return String(value)
    }

    private static func trim(_ text: Substring) -> Substring {
        var text = text
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}
