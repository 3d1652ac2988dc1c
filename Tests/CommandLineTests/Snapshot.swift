import Foundation
import Testing

/// Texts that are part of the product, kept beside the tests. `TRUNKLINE_SNAPSHOTS=record` writes them anew.
enum Snapshot {
    static func check(
        _ name: String, _ text: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Snapshots/\(name)")
        if ProcessInfo.processInfo.environment["TRUNKLINE_SNAPSHOTS"] == "record" {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try text.write(to: file, atomically: true, encoding: .utf8)
            return
        }
        let expected = try String(contentsOf: file, encoding: .utf8)
        #expect(text == expected, "differs from Snapshots/\(name)", sourceLocation: sourceLocation)
    }
}
