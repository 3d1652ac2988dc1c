import Format
package import Platform

/// `trunkline.json`: what makes a place a repository.
package struct RepositoryMarker: Equatable, Sendable {
    /// The format version this program reads and writes.
    package static let formatVersion = 1
    /// Enough that no two repositories ever have the same.
    private static let identifierBytes = 16

    package let format: Int
    /// 32 hexadecimal digits, drawn by `init`.
    package let repository: String
    /// When it was made, ISO 8601.
    package let created: String

    /// The marker of a new repository.
    package init(now: UnixTime) {
        format = Self.formatVersion
        repository = Entropy.bytes(Self.identifierBytes).map { byte in
            String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        }.joined()
        created = now.iso8601()
    }

    /// Reads the object; nil for anything that is no marker.
    package init?(_ octets: [UInt8]) {
        guard let record = PlainRecord(octets.span), let format = record.number("format").flatMap({ Int(exactly: $0) }),
            let repository = record.text("repository"), Self.isIdentifier(repository),
            let created = record.text("created")
        else { return nil }
        self.format = format
        self.repository = repository
        self.created = created
    }

    private static func isIdentifier(_ text: String) -> Bool {
        text.utf8.count == 2 * identifierBytes && text.utf8.allSatisfy { Set("0123456789abcdef".utf8).contains($0) }
    }

    package var octets: [UInt8] {
        PlainRecord([
            "format": .number(UInt64(format)), "repository": .text(repository), "created": .text(created),
        ]).octets
    }
}
