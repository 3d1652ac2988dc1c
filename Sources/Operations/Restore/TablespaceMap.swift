/// The file `tablespace_map`: one line for each tablespace, its OID and where it is; the server makes the links of
/// `pg_tblspc` anew by it (`read_tablespace_map`, access/transam/xlogrecovery.c).
package struct TablespaceMap: Equatable, Sendable {
    package struct Entry: Equatable, Sendable {
        package let oid: String
        package let location: String

        package init(oid: String, location: String) {
            self.oid = oid
            self.location = location
        }
    }

    package static let fileName = "tablespace_map"
    /// From this major version on a backslash is written as two; before it stood for itself but before a line's end.
    private static let escapedBackslashMajor = 14

    package let entries: [Entry]

    package init(entries: [Entry]) {
        self.entries = entries
    }

    /// Nil when a line has no OID or no location.
    package init?(_ octets: [UInt8], major: Int) {
        var entries: [Entry] = []
        for line in Self.lines(octets, major) {
            let text = String(decoding: line, as: UTF8.self)
            guard let blank = text.firstIndex(of: " ") else { return nil }
            let oid = String(text[..<blank])
            let location = String(text[text.index(after: blank)...])
            guard UInt32(oid) != nil, !location.isEmpty else { return nil }
            entries.append(Entry(oid: oid, location: location))
        }
        self.entries = entries
    }

    package func octets(major: Int) -> [UInt8] {
        var octets: [UInt8] = []
        for entry in entries {
            octets += Array("\(entry.oid) ".utf8)
            for byte in entry.location.utf8 {
                if Self.isLineEnd(byte) || (byte == Self.backslash && major >= Self.escapedBackslashMajor) {
                    octets.append(Self.backslash)
                }
                octets.append(byte)
            }
            octets.append(UInt8(ascii: "\n"))
        }
        return octets
    }

    private static let backslash = UInt8(ascii: "\\")

    private static func isLineEnd(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") }

    private static func lines(_ octets: [UInt8], _ major: Int) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        var line: [UInt8] = []
        var isEscaped = false
        for byte in octets {
            if isEscaped {
                if !isLineEnd(byte) && major < escapedBackslashMajor { line.append(backslash) }
                line.append(byte)
                isEscaped = false
            } else if byte == backslash {
                isEscaped = true
            } else if isLineEnd(byte) {
                lines.append(line)
                line = []
            } else {
                line.append(byte)
            }
        }
        if isEscaped { line.append(backslash) }
        return (lines + [line]).filter { !$0.isEmpty }
    }
}
