import CCurl

/// Why a request got no answer. An answer that says no is not one of these.
package struct TransferFailure: Error, Sendable, Equatable {
    /// The kind of trouble, in the words of the stores.
    package let code: StoreError.Code
    /// Lower case, no full stop; libcurl's own words where it has some.
    package let cause: String
    /// A sentence that says what to try, where there is something to say.
    package let hint: String?

    /// A failure of our own; libcurl's are sorted below.
    package init(_ code: StoreError.Code, _ cause: String, hint: String? = nil) {
        self.code = code
        self.cause = cause
        self.hint = hint
    }

    static let deadlinePassed = TransferFailure(.deadlinePassed, "the deadline passed")

    /// Sorts libcurl's result; `text` is what its error buffer says.
    init(result: Int32, text: String, caFile: String?) {
        let cause = Self.phrase(text.isEmpty ? String(cString: ccurl_easy_failure(result)) : text)
        switch ccurl_result(UInt32(result)) {
        case CCURL_TLS_CERTIFICATE:
            self.init(
                .misconfigured, cause,
                hint: "If the server's certificate comes from an authority of your own, name its file in ca_file.")
        case CCURL_TLS_CA_FILE:
            self.init(
                .misconfigured, "the file of certificate authorities \"\(caFile ?? "")\" cannot be used: \(cause)")
        case CCURL_TIMED_OUT: self.init(.timedOut, cause)
        case CCURL_OUT_OF_MEMORY: self.init(.localFault, cause)
        // Name resolution, TCP, TLS, and connections that broke. What is left is too rare to tell apart, and is
        // treated as trouble on the way as well.
        default: self.init(.unreachable, cause)
        }
    }

    /// libcurl's sentences as phrases: some begin with a capital, some end with a full stop.
    private static func phrase(_ text: String) -> String {
        var text = PrintableText.line(text)
        // Not a word that is written in capitals, such as "SSL".
        let second = text.dropFirst().first
        if let first = text.first, first.isUppercase, second?.isUppercase == false {
            text.replaceSubrange(...text.startIndex, with: first.lowercased())
        }
        return text
    }
}
