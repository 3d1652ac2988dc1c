/// Texts of a server, or of a library, made fit for a message of ours.
enum PrintableText {
    /// Longer texts are cut; AWS's own have some hundred characters.
    static let characterCountMax = 300

    /// One line for a terminal and a log: no control characters, no full stop at the end, bounded.
    static func line(_ text: String) -> String {
        let scalars = text.unicodeScalars.prefix(characterCountMax)
        var line = String(scalars.map { $0.properties.generalCategory == .control ? " " : Character($0) })
        while line.hasSuffix(".") || line.hasSuffix(" ") { line.removeLast() }
        return line
    }
}
