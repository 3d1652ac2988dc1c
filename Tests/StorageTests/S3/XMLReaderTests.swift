import Storage
import Testing

@Suite struct XMLReaderTests {
    private func read(_ text: String) throws(XMLReader.Failure) -> XMLElement {
        try XMLReader.read(Array(text.utf8))
    }

    @Test func nestedElements() throws {
        let root = try read("<?xml version=\"1.0\"?><a:r xmlns:a=\"x\"><k>1 &amp; 2</k><k>&#x33;</k><e/></a:r>")
        #expect(root.name == "r")
        #expect(root.children.map(\.name) == ["k", "k", "e"])
        #expect(root.text(of: "k") == "1 & 2")
        #expect(root.children[1].text == "3")
        #expect(root.text(of: "none") == nil)
    }

    @Test func blanksBeforeTheDeclaration() throws {
        #expect(try read(" \r\n\t<?xml version=\"1.0\"?>\n\n<r>x</r>").text == "x")
    }

    @Test(arguments: [
        "", " ", "plain", "<a>", "<a></b>", "<a/><b/>", "<a>\u{1}</a>", "<html><br></html>", "<a>&b;</a>",
    ])
    func notXML(_ text: String) {
        #expect(throws: XMLReader.Failure.self) { try read(text) }
    }

    @Test func declarationsOfEntitiesAreRefused() {
        let bomb = """
            <!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;&x;"><!ENTITY z SYSTEM "file:///etc/passwd">]>
            <a>&y;&z;</a>
            """
        #expect(throws: XMLReader.Failure(cause: "a document type declaration, which is not accepted")) {
            try read(bomb)
        }
    }

    @Test func depthIsBounded() throws {
        let depth = XMLReader.depthMax
        func nested(_ count: Int) -> String {
            String(repeating: "<a>", count: count) + String(repeating: "</a>", count: count)
        }
        _ = try read(nested(depth))
        #expect(throws: XMLReader.Failure(cause: "nested deeper than \(depth) levels")) { try read(nested(depth + 1)) }
    }

    @Test func elementsAreBounded() throws {
        let count = XMLReader.elementCountMax
        func flat(_ count: Int) -> String { "<r>" + String(repeating: "<a/>", count: count - 1) + "</r>" }
        _ = try read(flat(count))
        #expect(throws: XMLReader.Failure(cause: "more than \(count) elements")) { try read(flat(count + 1)) }
    }

    @Test func bytesAreBounded() {
        let text = "<r>" + String(repeating: " ", count: XMLReader.byteCountMax) + "</r>"
        #expect(throws: XMLReader.Failure.self) { try read(text) }
    }
}
