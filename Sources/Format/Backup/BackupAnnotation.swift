/// The rule for what a user writes on a backup: it stands in the summary, in the clear, and must fit into its JSON.
package enum BackupAnnotation {
    /// Enough for a ticket's number, a release and a reason; a summary has room for all of them.
    package static let countMax = 64
    package static let keyBytesMax = 64
    package static let valueBytesMax = 1024

    /// Keys are 1…64 of `A-Z a-z 0-9 . _ -`; values have no control characters, which plain records cannot carry.
    package static func isValid(key: String, value: String) -> Bool {
        (1...keyBytesMax).contains(key.utf8.count) && key.utf8.allSatisfy(isOfKey)
            && value.utf8.count <= valueBytesMax && value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
    }

    private static func isOfKey(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "._-".utf8.contains(octet)
        }
    }
}
