import Foundation
import TestSupport

/// Files for one test, and what the program says about them.
struct Scratch {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory("command-line") }

    var path: String { directory.path }

    /// The path of the file; made with `text` where there is one.
    func file(_ name: String, _ text: String? = nil, mode: Int = 0o600) throws -> String {
        let file = "\(path)/\(name)"
        guard let text else { return file }
        try text.write(toFile: file, atomically: false, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
        return file
    }

    /// Runs the program with DIR in the arguments replaced by the directory, and the directory in its words by DIR;
    /// keys that may be known to everybody become KEY.
    func transcript(_ arguments: String...) -> String {
        let words = arguments.map { $0.replacing("DIR", with: path) }
        let text = Transcript.of(words).replacing(path, with: "DIR")
        return text.replacing(/trunkline-(recipient|signer)-[a-z2-7]{58}/) { "trunkline-\($0.output.1)-KEY" }
    }
}
