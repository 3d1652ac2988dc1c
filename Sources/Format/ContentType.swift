/// What kind of content a stream is, as its maker says: a media type such as `application/sql`, with parameters or
/// without (RFC 9110, section 8.3.1). Kept and shown, never acted upon.
package struct ContentType: Hashable, Sendable, CustomStringConvertible {
    /// Twice what RFC 6838 (section 4.2) allows a type and a subtype, which leaves room for parameters.
    package static let byteCountMax = 255

    package let text: String

    /// Returns nil unless `text` is printable ASCII that begins with two tokens and a slash between them.
    package init?(_ text: String) {
        let octets = text.utf8
        let name = octets.prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: " ") }
        let tokens = name.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard octets.count <= Self.byteCountMax, octets.allSatisfy({ (0x20...0x7E).contains($0) }), tokens.count == 2,
            tokens.allSatisfy({ !$0.isEmpty && $0.allSatisfy(Self.isTokenOctet) })
        else { return nil }
        self.text = text
    }

    package var description: String { text }

    private static func isTokenOctet(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(octet)
        }
    }
}
