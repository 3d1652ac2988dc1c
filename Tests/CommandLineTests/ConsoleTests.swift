import Platform
import Synchronization
import Testing
import trunkline

@Suite struct ConsoleTests {
    private final class Lines: Sendable {
        let all = Mutex<[String]>([])
    }

    private func console(isColoured: Bool = false) -> (Console, Lines) {
        let lines = Lines()
        return (
            Console(isColoured: isColoured) { stream, text in lines.all.withLock { $0.append("\(stream) \(text)") } },
            lines
        )
    }

    @Test func everyLineIsOneWrite() {
        let (console, lines) = console()
        console.error("push \"x\": refused", hint: "Do something.")
        console.warning("careful")
        console.notice("done")
        console.result("a\nb\n")
        #expect(
            lines.all.withLock { $0 } == [
                "error trunkline: error: push \"x\": refused\n", "error trunkline: hint: Do something.\n",
                "error trunkline: warning: careful\n", "error trunkline: done\n", "output a\nb\n",
            ])
    }

    @Test func nothingInAMessageBreaksALineOrCommandsATerminal() {
        let (console, lines) = console()
        console.error("a\nb\u{1B}[2Jc\u{7F}\u{9B}d\u{202E}e é")
        #expect(
            lines.all.withLock { $0 } == ["error trunkline: error: a\\u{a}b\\u{1b}[2Jc\\u{7f}\\u{9b}d\\u{202e}e é\n"])
    }

    @Test func coloursOnlyWhenAskedFor() {
        let (console, lines) = console(isColoured: true)
        console.error("x")
        #expect(lines.all.withLock { $0 } == ["error trunkline: \u{1B}[1;31merror:\u{1B}[0m x\n"])
    }

    @Test func aFullDiskUnderStandardOutputIsAFailure() {
        let console = Console(isColoured: false) { (stream, _) throws(PlatformError) in
            if stream == .output { throw PlatformError(operation: "write", object: "standard output", errno: .noSpace) }
        }
        let code = Session(arguments: ["--version"], environment: [:], console: console).run()
        #expect(code == .inputOutput)
        #expect(console.outputFailure?.errno == .noSpace)
    }

    @Test func jsonEscapes() {
        let json = JSONText.object([
            ("b", .string("\"\\\n\u{1}é")), ("a", .array([.number(-3), .flag(true), .null])), ("o", .object([])),
        ])
        #expect(json.text == #"{"b":"\"\\\n\u0001é","a":[-3,true,null],"o":{}}"#)
    }
}
