/// Entity tags, which servers send in quotes and `ObjectInfo` and `PartReceipt` hold without.
enum EntityTag {
    static func unquoted(_ tag: String) -> String {
        tag.count >= 2 && tag.hasPrefix("\"") && tag.hasSuffix("\"") ? String(tag.dropFirst().dropLast()) : tag
    }
}
