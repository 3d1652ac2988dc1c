import CExpat

/// Reads a whole document into `XMLElement`s, within bounds. A document type declaration is refused, and with it every
/// entity but XML's own five.
package enum XMLReader {
    /// A page of 1,000 keys of 1,024 bytes, each escaped threefold, with some 300 bytes around each, is 3.3 MB.
    package static let byteCountMax = 4 << 20
    /// S3's deepest document, a listing with owners, has four levels.
    package static let depthMax = 16
    /// A page of 1,000 objects with a dozen fields each.
    package static let elementCountMax = 20_000

    /// Why a document was not read, as a phrase for a message.
    package struct Failure: Error, Equatable, Sendable {
        /// A phrase, lower case.
        package let cause: String

        /// A failure with its reason.
        package init(cause: String) { self.cause = cause }
    }

    /// The root element of the document in `bytes`.
    package static func read(_ bytes: [UInt8]) throws(Failure) -> XMLElement {
        guard bytes.count <= byteCountMax else { throw Failure(cause: "longer than \(byteCountMax) bytes") }
        guard let parser = XML_ParserCreate(nil) else { throw Failure(cause: "out of memory") }
        defer { XML_ParserFree(parser) }
        let tree = Tree(parser: parser)
        let context = Unmanaged.passUnretained(tree)
        XML_SetUserData(parser, context.toOpaque())
        XML_SetElementHandler(parser, startElement, endElement)
        XML_SetCharacterDataHandler(parser, characterData)
        XML_SetStartDoctypeDeclHandler(parser, startDoctype)
        // AWS keeps a connection alive by blanks before the document, which XML does not allow before its declaration.
        let document = bytes.drop { $0 == 0x20 || (0x09...0x0D).contains($0) }
        let status = withExtendedLifetime(tree) {
            document.withUnsafeBytes { buffer in
                XML_Parse(parser, buffer.bindMemory(to: CChar.self).baseAddress, Int32(buffer.count), 1)
            }
        }
        if let cause = tree.refusal { throw Failure(cause: cause) }
        guard status == XML_STATUS_OK, let root = tree.root else {
            let reason = XML_ErrorString(XML_GetErrorCode(parser)).map { String(cString: $0) } ?? "not XML"
            throw Failure(cause: "\(reason) in line \(XML_GetCurrentLineNumber(parser))")
        }
        return root
    }

    /// What the handlers fill.
    private final class Tree {
        let parser: XML_Parser
        var root: XMLElement?
        var refusal: String?
        private var open: [XMLElement] = []
        private var elementCount = 0

        init(parser: XML_Parser) { self.parser = parser }

        func refuse(_ cause: String) {
            refusal = refusal ?? cause
            XML_StopParser(parser, 0)
        }

        func start(_ qualified: String) {
            guard refusal == nil else { return }
            elementCount += 1
            guard open.count < depthMax else { return refuse("nested deeper than \(depthMax) levels") }
            guard elementCount <= elementCountMax else { return refuse("more than \(elementCountMax) elements") }
            open.append(XMLElement(name: String(qualified.split(separator: ":").last ?? "")))
        }

        func end() {
            guard refusal == nil, let element = open.popLast() else { return }
            if open.isEmpty { root = element } else { open[open.count - 1].children.append(element) }
        }

        func append(_ text: UnsafeBufferPointer<UInt8>) {
            guard refusal == nil, !open.isEmpty else { return }
            open[open.count - 1].text += String(decoding: text, as: UTF8.self)
        }
    }

    private static func tree(_ context: UnsafeMutableRawPointer?) -> Tree? {
        context.map { Unmanaged<Tree>.fromOpaque($0).takeUnretainedValue() }
    }

    private static let startElement: XML_StartElementHandler = { context, name, _ in
        guard let name else { return }
        tree(context)?.start(String(cString: name))
    }

    private static let endElement: XML_EndElementHandler = { context, _ in tree(context)?.end() }

    private static let characterData: XML_CharacterDataHandler = { context, text, count in
        guard let text, count > 0 else { return }
        text.withMemoryRebound(to: UInt8.self, capacity: Int(count)) { bytes in
            tree(context)?.append(UnsafeBufferPointer(start: bytes, count: Int(count)))
        }
    }

    private static let startDoctype: XML_StartDoctypeDeclHandler = { context, _, _, _, _ in
        tree(context)?.refuse("a document type declaration, which is not accepted")
    }
}
