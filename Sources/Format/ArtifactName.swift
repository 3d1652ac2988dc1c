/// The name a user gives an artifact: `globals`, `nightly/shop.dump`.
///
/// One or more components between slashes, each of `A-Z a-z 0-9 . _ -` with a letter or digit first, in all at most
/// `byteCountMax` bytes. No component is the id of a version: in a directory that would make a folder of what is a file
/// elsewhere.
package struct ArtifactName: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Leaves room in an object's key for the cluster and the version, and in a directory for one component as a whole.
    package static let byteCountMax = 200

    package let text: String

    /// Returns nil when `text` breaks a rule above.
    package init?(_ text: String) {
        let components = text.split(separator: "/", omittingEmptySubsequences: false)
        guard text.utf8.count <= Self.byteCountMax, components.allSatisfy({ Self.isComponent($0.utf8) }),
            !components.contains(where: { BackupID(String($0)) != nil })
        else { return nil }
        self.text = text
    }

    package var description: String { text }

    /// Whether this is `other`, or a name that goes on behind it and a slash.
    package func isOrIsBelow(_ other: ArtifactName) -> Bool {
        self == other || text.utf8.starts(with: "\(other)/".utf8)
    }

    package static func < (left: ArtifactName, right: ArtifactName) -> Bool {
        left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }

    private static func isComponent(_ octets: Substring.UTF8View) -> Bool {
        guard let first = octets.first, isLetterOrDigit(first) else { return false }
        return octets.allSatisfy { isLetterOrDigit($0) || "._-".utf8.contains($0) }
    }

    private static func isLetterOrDigit(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}
