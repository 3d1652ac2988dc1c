import Testing

/// The rules are only as good as what reads the sources for them.
struct SwiftFileTests {
    @Test func wordsInCommentsAndTextDoNotCount() {
        let file = SwiftFile(
            path: "Sources/Some/File.swift",
            text: #"""
                // unsafe
                let a = "unsafe \(b["unsafe"]) and }" + c /* unsafe /* unsafe */ { */
                let d = """
                    unsafe {
                    """ + e
                """#)
        #expect(file.code.allSatisfy { !$0.contains("unsafe") && !$0.contains("{") && !$0.contains("}") })
        #expect(file.code[1].contains("+ c"))
        #expect(file.code[4].contains("+ e"))
    }

    @Test func importsAreFoundWithTheirAccess() {
        let file = SwiftFile(
            path: "Sources/Some/File.swift",
            text:
                "import One\ninternal import Two\n@testable package import Three.Part\n// import Four\nlet imports = 1"
        )
        #expect(file.imports.map(\.module) == ["One", "Two", "Three"])
        #expect(file.imports.map(\.line) == [1, 2, 3])
        #expect(file.module == "Some")
    }

    @Test func functionsAreMeasuredFromSignatureToBrace() {
        let file = SwiftFile(
            path: "Sources/Some/File.swift",
            text: """
                protocol P {
                    func requirement(_ a: Int)
                    func other() -> Int
                }
                struct S {
                    package init?(
                        a: Int = { 1 }(),
                        b: Int
                    ) throws(E) {
                        self.a = a
                    }
                    static func one() { two() }
                    deinit {
                        free()
                    }
                }
                """)
        #expect(file.functions.map(\.name) == ["init", "one", "deinit"])
        #expect(file.functions.map(\.length) == [6, 1, 3])
        #expect(file.functions.map(\.line) == [6, 12, 13])
    }
}
