import Testing

/// Functions, files and lines stay short; nothing is left for later.
struct SizeTests {
    private static let functionLinesMax = 70
    private static let fileLinesMax = 600
    private static let lineCharactersMax = 120

    private static let swift: [SwiftFile] = {
        let folders = ["Sources", "Tests", "Benchmarks"]
        let paths = folders.flatMap { (try? Checkout.files(below: $0, endingIn: [".swift"])) ?? [] }
        return paths.compactMap { try? SwiftFile(path: $0) }
    }()

    /// Every text file whose lines people read in an editor.
    private static func textFiles(_ folders: [String]) throws -> [String] {
        let suffixes = [".swift", ".c", ".h", ".cpp", ".py", ".sh", ".toml"]
        return try folders.flatMap { try Checkout.files(below: $0, endingIn: suffixes) }
    }

    private static func numbered(_ path: String) throws -> [(number: Int, line: Substring)] {
        let lines = try Checkout.text(path).split(separator: "\n", omittingEmptySubsequences: false)
        return lines.enumerated().map { ($0.offset + 1, $0.element) }
    }

    @Test func functionsAreShort() {
        var offences = Offences()
        for file in Self.swift {
            for function in file.functions where function.length > Self.functionLinesMax {
                offences.add(file.path, function.line, "\"\(function.name)\" has \(function.length) lines")
            }
        }
        offences.expectNone()
    }

    @Test func filesAreShort() {
        var offences = Offences()
        for file in Self.swift where file.lines.count > Self.fileLinesMax {
            offences.add(file.path, "\(file.lines.count) lines")
        }
        offences.expectNone()
    }

    @Test func linesAreShort() throws {
        var offences = Offences()
        for path in try Self.textFiles(["Sources", "Tests", "Benchmarks", "contrib", ".ci"]) {
            for (number, line) in try Self.numbered(path) {
                if line.count > Self.lineCharactersMax { offences.add(path, number, "\(line.count) characters") }
                if line.last == " " || line.last == "\t" { offences.add(path, number, "blanks at the end") }
            }
        }
        offences.expectNone()
    }

    @Test func nothingIsLeftForLater() throws {
        // Spelt so that this file does not find itself.
        let words = ["TO" + "DO", "FIX" + "ME", "X" + "XX"]
        var offences = Offences()
        let documents = try Checkout.files(below: "docs", endingIn: [".md"])
        for path in try Self.textFiles(["Sources", "Tests", "Benchmarks", "contrib", ".ci"]) + documents {
            for (number, line) in try Self.numbered(path) {
                let said = line.split { !$0.isLetter && !$0.isNumber }
                for word in words where said.contains(Substring(word)) { offences.add(path, number, word) }
            }
        }
        offences.expectNone()
    }
}
