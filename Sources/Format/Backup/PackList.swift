/// Many packs in few words: `20261125T143000Z-3f9a2c1d/000001-000417 20261124T143000Z-00000000/000017`.
///
/// A terabyte has thousands of packs, nearly all of them in runs; one by one they would not fit into a summary.
enum PackList {
    /// Some 30 TB of packs. A text of a few bytes may promise a million packs, and no reader makes room for more.
    static let packCountMax = 1 << 20

    static func text(_ packs: [PackID]) -> String {
        var words: [String] = []
        var run: (first: PackID, last: PackID)?
        for pack in packs.sorted() {
            if let known = run, known.last.backup == pack.backup, pack.ordinal - known.last.ordinal <= 1 {
                run = (known.first, pack)
            } else {
                if let known = run { words.append(word(known)) }
                run = (pack, pack)
            }
        }
        if let known = run { words.append(word(known)) }
        return words.joined(separator: " ")
    }

    /// Nil for anything else, and for more than `packCountMax`.
    static func packs(_ text: String) -> [PackID]? {
        var packs: [PackID] = []
        for word in text.split(separator: " ") {
            guard let run = run(word), run.count <= packCountMax - packs.count else { return nil }
            packs += run
        }
        return packs
    }

    private static func word(_ run: (first: PackID, last: PackID)) -> String {
        run.first == run.last ? "\(run.first)" : "\(run.first)-\(run.last.digits)"
    }

    private static func run(_ word: Substring) -> [PackID]? {
        let parts = word.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 else { return nil }
        let ends = parts[1].split(separator: "-", omittingEmptySubsequences: false).compactMap {
            PackID(backup: parts[0], ordinal: String($0))
        }
        switch (ends.count, parts[1].utf8.count) {
        case (1, PackID.digitCount): return ends
        case (2, 2 * PackID.digitCount + 1) where ends[0] < ends[1]:
            return (ends[0].ordinal...ends[1].ordinal).compactMap { PackID(backup: ends[0].backup, ordinal: $0) }
        default: return nil
        }
    }
}
