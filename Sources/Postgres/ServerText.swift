/// Texts of servers and of libpq, made fit for a message of ours.
enum ServerText {
    /// Longer texts are cut: PostgreSQL's own have some hundred characters, but they may quote what they were given.
    private static let characterCountMax = 500

    /// One line: line breaks become `; ` unless a sentence goes on behind them, other control characters blanks; no
    /// full stop at the end, bounded.
    static func line(_ text: String) -> String {
        var line = ""
        for part in text.split(whereSeparator: \.isNewline) {
            let words = part.split { $0.unicodeScalars.allSatisfy(isBlank) }.joined(separator: " ")
            guard let first = words.first else { continue }
            // libpq breaks long sentences, and indents what follows.
            let goesOn = part.first == "\t" && first.isLowercase
            line += (line.isEmpty ? "" : goesOn ? " " : "; ") + words
        }
        line = String(line.prefix(characterCountMax))
        while line.hasSuffix(".") { line.removeLast() }
        return line
    }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        scalar == " " || scalar.properties.generalCategory == .control
    }
}
