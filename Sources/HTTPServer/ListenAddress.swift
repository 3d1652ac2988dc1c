internal import CHTTPServer

/// Where a server listens: `127.0.0.1:9732` or `[::1]:9732`.
///
/// The address stands in numbers and is never left out: whoever wants to be reached from elsewhere has to write that.
package struct ListenAddress: Equatable, Sendable, CustomStringConvertible {
    /// IPv4 or IPv6, without brackets.
    package let host: String
    /// 0 for any that is free.
    package let port: UInt16

    /// Nil for anything else.
    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let digits = text[text.index(after: colon)...]
        guard (1...5).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let port = UInt16(digits)
        else { return nil }
        var host = text[..<colon]
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]") && host.utf8.count > 2
        if isBracketed { host = host.dropFirst().dropLast() }
        // Without brackets nobody knows where an IPv6 address ends.
        guard host.contains(":") == isBracketed, !host.utf8.contains(0), chttp_is_address(String(host)) else {
            return nil
        }
        self.host = String(host)
        self.port = port
    }

    private init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    func on(port: UInt16) -> ListenAddress { ListenAddress(host: host, port: port) }

    /// Whether only this machine reaches it.
    package var isLoopback: Bool { host.hasPrefix("127.") || host == "::1" }

    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
