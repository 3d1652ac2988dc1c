/// The rule for paths in a manifest: relative, and nowhere out of the directory they are restored into.
package enum BackupPath {
    /// Linux's PATH_MAX.
    package static let byteCountMax = 4096

    package static func isValid(_ path: String) -> Bool {
        let bytes = path.utf8
        guard !bytes.isEmpty, bytes.count <= byteCountMax, !bytes.contains(0) else { return false }
        return bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).allSatisfy { component in
            !component.isEmpty && !component.elementsEqual(".".utf8) && !component.elementsEqual("..".utf8)
        }
    }

    /// The order of a manifest's lists.
    package static func precedes(_ left: String, _ right: String) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }
}
