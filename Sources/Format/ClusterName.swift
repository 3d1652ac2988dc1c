/// The name a user gives a cluster; a folder of the repository and a table of the configuration.
///
/// One to 64 of `A-Z a-z 0-9 . _ -`, the first one a letter or digit, so that it can be mistaken neither for an option
/// nor for a hidden or relative folder.
package struct ClusterName: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Leaves most of an object key's bytes to what follows.
    package static let characterCountMax = 64

    package let text: String

    package init?(_ text: String) {
        let bytes = text.utf8
        guard let first = bytes.first, bytes.count <= Self.characterCountMax, Self.isLetterOrDigit(first),
            bytes.allSatisfy({
                Self.isLetterOrDigit($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "_")
                    || $0 == UInt8(ascii: "-")
            })
        else { return nil }
        self.text = text
    }

    package var description: String { text }

    package static func < (left: ClusterName, right: ClusterName) -> Bool {
        left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}
