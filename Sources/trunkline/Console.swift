package import Platform

/// The only writer to standard output and standard error, the content of artifacts aside.
///
/// Results go to standard output. Everything said about them goes to standard error, one line and one write(2) each, so
/// that lines of processes that run at once do not mix.
package final class Console: Sendable {
    package typealias Sink = @Sendable (StandardStream, String) throws(PlatformError) -> Void

    private let sink: Sink
    private let isColoured: Bool
    /// Whether standard error is a terminal on which a line can be drawn over.
    package let isTerminal: Bool
    private let failure = Gate<PlatformError?>(nil)
    /// What stands in the last line of the terminal, without an end; nil when nothing does.
    private let footer = Gate<String?>(nil)

    package init(isColoured: Bool, isTerminal: Bool = false, sink: @escaping Sink) {
        self.isColoured = isColoured
        self.isTerminal = isTerminal
        self.sink = sink
    }

    /// Writes to the process's own streams; colours when standard error is a terminal that wants them
    /// (https://no-color.org).
    package static func standard(environment: [String: String]) -> Console {
        let isTerminal = Terminal.isTerminal(.error) && environment["TERM"] != "dumb"
        let forbidsColours = !(environment["NO_COLOR"] ?? "").isEmpty
        return Console(isColoured: isTerminal && !forbidsColours, isTerminal: isTerminal) {
            (stream, text) throws(PlatformError) in try stream.write(text)
        }
    }

    /// Why standard output did not take all that was printed, or nil.
    package var outputFailure: PlatformError? { failure.withLock { $0 } }

    /// Writes a result as it is. `text` ends in a newline.
    package func result(_ text: String) {
        status(nil)
        do throws(PlatformError) {
            try sink(.output, text)
        } catch {
            failure.withLock { $0 = $0 ?? error }
        }
    }

    package func error(_ message: String, hint: String? = nil) {
        line("error:", .red, message)
        if let hint { self.hint(hint) }
    }

    package func warning(_ message: String) { line("warning:", .yellow, message) }

    package func hint(_ sentence: String) { line("hint:", .cyan, sentence) }

    /// What happened, for the server's log.
    package func notice(_ message: String) { line(nil, .cyan, message) }

    /// Keeps `text` in the last line of the terminal, in place of what was there, until the next call; all other lines
    /// are written above it. Does nothing where there is no terminal.
    package func status(_ text: String?) {
        guard isTerminal else { return }
        let text = text.map(Self.oneLine)
        footer.withLock { footer in
            guard footer != text else { return }
            try? sink(.error, Self.eraseLine + (text ?? ""))
            footer = text
        }
    }

    /// To the first column, and "ERASE IN LINE" of ECMA-48.
    private static let eraseLine = "\r\u{1B}[K"

    /// The codes of ECMA-48, "SELECT GRAPHIC RENDITION".
    private enum Colour: Int {
        case red = 31
        case yellow = 33
        case cyan = 36
    }

    private func line(_ label: String?, _ colour: Colour, _ message: String) {
        let painted = label.map { isColoured ? "\u{1B}[1;\(colour.rawValue)m\($0)\u{1B}[0m " : "\($0) " } ?? ""
        let line = "trunkline: \(painted)\(Self.oneLine(message))\n"
        footer.withLock { footer in
            // Nobody is left to hear that standard error is closed.
            try? sink(.error, footer.map { Self.eraseLine + line + $0 } ?? line)
        }
    }

    /// Names of files and answers of servers may hold anything; a line stays a line and cannot command a terminal.
    static func oneLine(_ message: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in message.unicodeScalars {
            let isControl = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
            // Line and paragraph separators, and the marks that turn the direction of text.
            let isHidden = (0x2028...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
            if isControl || isHidden {
                result.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
            } else {
                result.append(scalar)
            }
        }
        return String(result)
    }
}
