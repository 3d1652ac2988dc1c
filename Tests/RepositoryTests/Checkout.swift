import Foundation

/// The files of this checkout, as the tests read them.
enum Checkout {
    /// Tests/RepositoryTests/Checkout.swift, three steps up.
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// All files below `folder`, by their paths from the root, sorted. Build products and what git keeps are left out.
    static func files(below folder: String, endingIn suffixes: [String]) throws -> [String] {
        let top = folder.isEmpty ? root : root.appendingPathComponent(folder)
        let prefix = root.path + "/"
        guard let walker = FileManager.default.enumerator(atPath: top.path) else { return [] }
        var found: [String] = []
        while let name = walker.nextObject() as? String {
            if name == ".build" || name == ".git" {
                walker.skipDescendants()
            } else if suffixes.contains(where: name.hasSuffix) {
                found.append(String((top.path + "/" + name).dropFirst(prefix.count)))
            }
        }
        return found.sorted()
    }

    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
    }

    static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: root.appendingPathComponent(path).path)
    }
}
