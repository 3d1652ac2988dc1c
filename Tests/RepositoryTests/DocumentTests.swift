import Foundation
import Testing

/// Links in documents lead somewhere.
struct DocumentTests {
    private static let documents: [String] = {
        let all = (try? Checkout.files(below: "", endingIn: [".md"])) ?? []
        return all
    }()

    @Test func thereAreDocuments() {
        #expect(Self.documents.contains("README.md"))
    }

    @Test(arguments: documents) func relativeLinksResolve(_ document: String) throws {
        let text = try Checkout.text(document)
        let folder = (document as NSString).deletingLastPathComponent
        for target in Self.targets(in: text) {
            let parts = target.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let path = parts[0].isEmpty ? document : Self.normal(folder, parts[0])
            #expect(Checkout.exists(path), "\(document): \"\(target)\" leads nowhere")
            if parts.count == 2, path.hasSuffix(".md"), Checkout.exists(path) {
                let anchors = try Self.anchors(of: Checkout.text(path))
                #expect(anchors.contains(parts[1]), "\(document): there is no heading \"#\(parts[1])\" in \(path)")
            }
        }
    }

    /// What `](...)` points to, except addresses elsewhere and what stands in code.
    private static func targets(in text: String) -> [String] {
        withoutCode(text).matches(of: /\]\(([^)\s]+)\)/).map { String($0.output.1) }
            .filter { !$0.contains("://") && !$0.hasPrefix("mailto:") }
    }

    private static func withoutCode(_ text: String) -> String {
        var isFenced = false
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).filter { line in
            if line.drop(while: { $0 == " " }).hasPrefix("```") { isFenced.toggle() }
            return !isFenced
        }
        return lines.joined(separator: "\n").replacing(/`[^`\n]*`/, with: "")
    }

    /// As GitHub makes them: small letters, hyphens for blanks, no punctuation.
    private static func anchors(of text: String) throws -> Set<String> {
        let headings = text.split(separator: "\n").filter { $0.hasPrefix("#") }
        return Set(
            headings.map { heading in
                let title = heading.drop { $0 == "#" || $0 == " " }.lowercased()
                return String(title.filter { $0.isLetter || $0.isNumber || $0 == " " || $0 == "-" || $0 == "_" })
                    .replacing(" ", with: "-")
            })
    }

    /// `folder/path` without "." and "..".
    private static func normal(_ folder: String, _ path: String) -> String {
        let whole = path.hasPrefix("/") ? String(path.dropFirst()) : folder.isEmpty ? path : "\(folder)/\(path)"
        var parts: [Substring] = []
        for part in whole.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return parts.joined(separator: "/")
    }
}
