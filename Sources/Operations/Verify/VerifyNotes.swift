import Format
import Platform

/// What is worth a line and no fault, and what nothing needs any more.
struct VerifyNotes {
    let cluster: ClusterName
    let inventory: Inventory
    let references: References
    let now: UnixTime

    /// Packs that no backup needs, complete or under way.
    var unreferenced: [Finding] {
        references.unreferenced(now: now).idle.map { pack in
            Finding(
                .unreferenced, RepositoryLayout.key(of: pack, in: cluster).path,
                "no backup uses it, and none that is under way may refer to it")
        }
    }

    func lines(isEverything: Bool, vanished: [ObjectKey]) -> [String] {
        var lines: [String] = []
        if let first = vanished.first {
            lines.append("\(Self.count(vanished.count, "object")) vanished meanwhile, such as \(first)")
        }
        guard isEverything else { return lines }
        let unfinished = references.unfinished
        if let newest = unfinished.last {
            lines.append("\(Self.count(unfinished.count, "backup")) under way or interrupted, the newest is \(newest)")
        }
        let recent = references.unreferenced(now: now).protected
        if let first = recent.first {
            lines.append("\(Self.count(recent.count, "pack")) not used by a backup so far, such as \(first)")
        }
        if let stranger = inventory.stranger {
            lines.append(
                "\(Self.count(inventory.strangerCount, "object")) of a kind that this version does not know, such as "
                    + "\(stranger)")
        }
        return lines
    }

    private static func count(_ count: Int, _ noun: String) -> String { count == 1 ? "1 \(noun)" : "\(count) \(noun)s" }
}
