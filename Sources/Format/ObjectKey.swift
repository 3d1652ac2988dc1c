/// The name of one object, relative to the root of its repository: `clusters/main/wal/…`.
///
/// Slash-separated components of `A-Z a-z 0-9 . _ - +`, none empty, `.` or `..`; at most `byteCountMax` bytes in all.
/// The name is bound into the sealed stream (docs/FORMAT.md, "Name binding"), so it never depends on where the
/// repository itself lives.
package struct ObjectKey: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// S3 allows keys of 1,024 bytes; 512 leaves room for a bucket prefix of the same length.
    package static let byteCountMax = 512

    package let path: String

    /// Returns nil when `path` breaks a rule above.
    package init?(_ path: String) {
        guard Self.isValid(path.utf8) else { return nil }
        self.path = path
    }

    /// For keys put together from parts that are legal by their own types; traps when they are not.
    init(checked path: String) {
        precondition(Self.isValid(path.utf8), "a key made of legal parts is legal")
        self.path = path
    }

    package var description: String { path }

    /// The part after the last slash.
    package var lastComponent: Substring { path.split(separator: "/").last ?? "" }

    package static func < (left: ObjectKey, right: ObjectKey) -> Bool {
        left.path.utf8.lexicographicallyPrecedes(right.path.utf8)
    }

    private static func isValid(_ bytes: String.UTF8View) -> Bool {
        guard !bytes.isEmpty, bytes.count <= byteCountMax else { return false }
        return bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).allSatisfy(isValidComponent)
    }

    private static func isValidComponent(_ bytes: Substring.UTF8View) -> Bool {
        let dots = bytes.allSatisfy { $0 == UInt8(ascii: ".") }
        return !bytes.isEmpty && !(dots && bytes.count <= 2) && bytes.allSatisfy(isAllowed)
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "+"): true
        default: false
        }
    }
}
