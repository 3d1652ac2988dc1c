/// The name of a file of a relation within its directory: `16384`, `16384_vm.2` (`parse_filename_for_nontemp_relation`,
/// backend/storage/file/reinit.c).
struct RelationFileName: Hashable, Sendable {
    /// The number of the file node, never 0.
    let number: UInt32
    let fork: RelationFile.Fork
    let segment: UInt32

    /// Nil for anything that PostgreSQL would not name a file of a permanent relation.
    init?(_ name: some StringProtocol) {
        var rest = Substring(name)
        var segment: UInt32 = 0
        if let dot = rest.firstIndex(of: ".") {
            guard let number = Self.number(rest[rest.index(after: dot)...]) else { return nil }
            segment = number
            rest = rest[..<dot]
        }
        var fork = RelationFile.Fork.main
        if let bar = rest.firstIndex(of: "_") {
            guard let named = RelationFile.Fork(suffix: rest[rest.index(after: bar)...]) else { return nil }
            fork = named
            rest = rest[..<bar]
        }
        guard let number = Self.number(rest) else { return nil }
        self.number = number
        self.fork = fork
        self.segment = segment
    }

    /// Whether this is the name of a temporary relation's file, `t3_16384_fsm.1`: `t`, the number of the session, and
    /// the rest as above (`looks_like_temp_rel_name`, backend/storage/file/fd.c).
    static func isTemporary(_ name: some StringProtocol) -> Bool {
        guard name.hasPrefix("t"), let bar = name.firstIndex(of: "_") else { return false }
        let session = name[name.index(after: name.startIndex)..<bar]
        let isNumber = !session.isEmpty && session.utf8.allSatisfy { (48...57).contains($0) }
        return isNumber && RelationFileName(name[name.index(after: bar)...]) != nil
    }

    /// Decimal without sign and leading zeros, 1 to 4,294,967,295.
    static func number(_ digits: some StringProtocol) -> UInt32? {
        guard digits.utf8.first.map({ (49...57).contains($0) }) ?? false,
            digits.utf8.allSatisfy({ (48...57).contains($0) })
        else { return nil }
        return UInt32(digits)
    }
}
