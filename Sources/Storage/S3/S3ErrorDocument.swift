/// The body of an answer that is not success
/// (https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html). Every field may be absent.
package struct S3ErrorDocument: Sendable, Equatable {
    /// AWS's word for the error, such as `NoSuchKey`; never empty.
    package let code: String
    /// The server's own words, fit for a line; may be empty.
    package let message: String
    /// The right region, in AuthorizationHeaderMalformed and PermanentRedirect.
    package let region: String?
    /// The right host, in PermanentRedirect.
    package let endpoint: String?

    /// Nil where the body is no such document: empty, a page of a proxy, cut short.
    package init?(_ body: [UInt8]) {
        guard !body.isEmpty, let root = try? XMLReader.read(body) else { return nil }
        self.init(root)
    }

    /// Nil where the root is another element.
    package init?(_ root: XMLElement) {
        guard root.name == "Error", let code = root.text(of: "Code"), !code.isEmpty else { return nil }
        self.code = PrintableText.line(code)
        message = PrintableText.line(root.text(of: "Message") ?? "")
        region = root.text(of: "Region").map(PrintableText.line)
        endpoint = root.text(of: "Endpoint").map(PrintableText.line)
    }

    /// `NoSuchBucket: The specified bucket does not exist`.
    var text: String { message.isEmpty ? code : "\(code): \(message)" }
}
