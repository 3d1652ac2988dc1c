import Platform
import Synchronization
import trunkline

/// Runs the program inside the test and keeps what it wrote, in its order.
final class Transcript: Sendable {
    private let written = Mutex<[(stream: StandardStream, text: String)]>([])

    /// The exit code's number in the last line; standard output behind "> ", standard error behind "! ".
    static func of(_ arguments: [String], environment: [String: String] = [:]) -> String {
        let transcript = Transcript()
        let console = Console(isColoured: false) { stream, text in
            transcript.written.withLock { $0.append((stream, text)) }
        }
        let code = Session(arguments: arguments, environment: environment, console: console).run()
        let lines = transcript.written.withLock { written in
            written.flatMap { entry in
                entry.text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map {
                    (entry.stream == .output ? "> " : "! ") + $0
                }
            }
        }
        return (lines + ["= \(code.rawValue)"]).joined(separator: "\n")
    }
}
