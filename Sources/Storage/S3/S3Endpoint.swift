/// Where a server listens: scheme, host and port, nothing else.
package struct S3Endpoint: Sendable, Equatable, CustomStringConvertible {
    /// With or without TLS.
    package enum Scheme: String, Sendable { case http, https }

    /// The longest name the DNS allows (RFC 1035 section 2.3.4).
    private static let hostBytesMax = 253

    /// With or without TLS.
    package let scheme: Scheme
    /// Lower case; an IPv6 address stands in its brackets.
    package let host: String
    /// Nil for the scheme's own.
    package let port: UInt16?

    /// An endpoint of parts that are valid.
    package init(scheme: Scheme, host: String, port: UInt16?) {
        self.scheme = scheme
        self.host = host.lowercased()
        let isDefault = port == (scheme == .https ? 443 : 80)
        self.port = isDefault ? nil : port
    }

    /// Reads `https://host`, `http://host:port` or `https://[::1]:port`, with or without one slash at the end.
    package init(_ text: String) throws(StoreError) {
        func failure(_ cause: String) -> StoreError {
            StoreError(
                .misconfigured, operation: "parse endpoint", object: text, cause: cause,
                hint: "Write the endpoint as https://host or https://host:port.")
        }
        guard let scheme = [Scheme.https, .http].first(where: { text.lowercased().hasPrefix("\($0.rawValue)://") })
        else {
            throw failure("it does not begin with https:// or http://")
        }
        var rest = text.dropFirst("\(scheme.rawValue)://".count)
        if rest.hasSuffix("/") { rest.removeLast() }
        guard !rest.contains(where: { "/?#@\\".contains($0) }) else {
            throw failure("it holds more than a host and a port")
        }
        guard let (host, port) = Self.split(rest) else { throw failure("the host or the port is not valid") }
        self.init(scheme: scheme, host: host, port: port)
    }

    /// `https://host:port`, without a slash at the end.
    package var description: String { "\(scheme.rawValue)://\(authority)" }

    /// The value of the header Host, as libcurl sends it: the port only where it is not the scheme's own.
    package var authority: String { port.map { "\(host):\($0)" } ?? host }

    /// Whether the name stands for this machine, so that nobody is on the way: 127.0.0.0/8, ::1, and `localhost` with
    /// every name below it (RFC 6761 section 6.3).
    package var isLoopback: Bool {
        let isAddress = host.split(separator: ".").count == 4 && host.allSatisfy { $0 == "." || $0.isNumber }
        return host == "[::1]" || host == "localhost" || host.hasSuffix(".localhost")
            || (isAddress && host.hasPrefix("127."))
    }

    /// The endpoint of one bucket in virtual-host style.
    func bucketHost(_ bucket: String) -> S3Endpoint {
        S3Endpoint(scheme: scheme, host: "\(bucket).\(host)", port: port)
    }

    private static func split(_ text: Substring) -> (host: String, port: UInt16?)? {
        let hostEnd: Substring.Index
        if text.hasPrefix("[") {
            guard let bracket = text.firstIndex(of: "]") else { return nil }
            hostEnd = text.index(after: bracket)
            let address = text[..<bracket].dropFirst()
            guard !address.isEmpty, address.allSatisfy({ $0.isHexDigit || $0 == ":" || $0 == "." }) else { return nil }
        } else {
            hostEnd = text.firstIndex(of: ":") ?? text.endIndex
            guard text[..<hostEnd].utf8.allSatisfy(isHostByte) else { return nil }
        }
        let host = text[..<hostEnd]
        guard !host.isEmpty, host.utf8.count <= hostBytesMax else { return nil }
        guard hostEnd < text.endIndex else { return (String(host), nil) }
        guard text[hostEnd] == ":", let port = UInt16(text[text.index(after: hostEnd)...]), port > 0 else { return nil }
        return (String(host), port)
    }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
