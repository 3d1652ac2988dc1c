import Testing

/// The order of the layers. The build refuses undeclared Swift targets; C modules and system modules it does not see.
struct LayerTests {
    /// What each folder of Sources may import, besides the Swift runtime's own Synchronization.
    private static let allowed: [String: Set<String>] = [
        "Format": [],
        "Platform": ["Glibc", "CLinux"],
        "HTTPServer": ["Platform", "CHTTPServer"],
        "Stream": ["Platform", "CISAL"],
        "Codec": ["Format", "Platform", "Stream", "CZstd", "CSodium", "CXXHash"],
        "Storage": ["Format", "Platform", "Stream", "CCurl", "CExpat", "CSodium"],
        "Postgres": ["Format", "Platform", "Stream", "CPostgres"],
        "Operations": [
            "Codec", "Format", "HTTPServer", "Platform", "Postgres", "Storage", "Stream", "FoundationEssentials",
        ],
        "trunkline": ["CToml", "Format", "Operations", "Platform", "FoundationEssentials"],
        "trunkline-wal": ["Format", "Platform"],
    ]

    /// Free of unsafe code: the compiler shows every use, and the marker that would allow it is refused here.
    private static let safe: Set<String> = ["Format", "Operations", "trunkline", "trunkline-wal"]

    /// Where such a layer touches C; the compiler still wants each use marked there.
    private static let borders: Set<String> = ["Sources/trunkline/TomlDocument.swift"]

    /// May only shrink. Each stands beside the invariant that makes it true.
    private static let uncheckedSendableMax = 19

    private static let sources: [SwiftFile] = {
        let paths = (try? Checkout.files(below: "Sources", endingIn: [".swift"])) ?? []
        return paths.compactMap { try? SwiftFile(path: $0) }
    }()

    private static let declarations: Set<Substring> = [
        "func", "var", "let", "struct", "class", "enum", "init", "protocol",
    ]

    @Test func thereAreSources() {
        #expect(Self.sources.count > 50)
    }

    @Test func everyFolderImportsOnlyWhatItsLayerMay() {
        var offences = Offences()
        for file in Self.sources {
            guard let allowed = Self.allowed[file.module] else {
                offences.add(file.path, "the folder has no place in the order of layers")
                continue
            }
            for (module, line) in file.imports where module != "Synchronization" && !allowed.contains(module) {
                offences.add(file.path, line, "\(file.module) may not import \(module)")
            }
        }
        offences.expectNone()
    }

    @Test func onlySomeLayersMayBeUnsafe() {
        var offences = Offences()
        for file in Self.sources where Self.safe.contains(file.module) && !Self.borders.contains(file.path) {
            for (number, line) in file.code.enumerated() {
                let words = line.split { !$0.isLetter && !$0.isNumber && $0 != "_" && $0 != "@" }
                for word in ["unsafe", "@unchecked", "@unsafe", "@safe"] where words.contains(Substring(word)) {
                    offences.add(file.path, number + 1, "\"\(word)\" in \(file.module), which is free of unsafe code")
                }
            }
        }
        offences.expectNone()
    }

    @Test func uncheckedSendableOnlyGetsRarer() {
        let lines = Self.sources.flatMap { file in
            file.code.enumerated().filter { $0.element.contains("@unchecked Sendable") }.map { (file, $0.offset) }
        }
        #expect(lines.count <= Self.uncheckedSendableMax, "\(lines.map { "\($0.0):\($0.1 + 1)" })")
        var offences = Offences()
        for (file, number) in lines {
            let above = file.lines[max(0, number - 6)..<number]
            let says = above.contains { $0.drop { $0 == " " }.hasPrefix("//") } || file.lines[number].contains("//")
            if !says { offences.add(file.path, number + 1, "no comment says why this is safe to share") }
        }
        offences.expectNone()
    }

    @Test func nothingIsPublic() {
        var offences = Offences()
        for file in Self.sources {
            for (number, line) in file.code.enumerated() {
                let words = line.split(separator: " ").prefix { !Self.declarations.contains($0) }
                let isPublic = words.contains("public") || words.contains("open") && words.count < 3
                if isPublic { offences.add(file.path, number + 1, "there is no API promise: package access at most") }
            }
        }
        offences.expectNone()
    }
}
