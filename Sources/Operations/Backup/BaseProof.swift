import Format
import Platform
import Storage

/// Looks whether what a backup will refer to is still there, in each repository by itself.
///
/// After `begun` is durable and never before it: from then on nobody sweeps what it names (docs/FORMAT.md, "Order of
/// writes and deletes").
struct BaseProof {
    let cluster: ClusterName
    let base: BackupBase
    let deadline: Deadline

    enum Verdict: Equatable {
        case whole
        case lacks(String)
        /// The host may create objects there and not look: it trusts its index.
        case hidden
    }

    func verdict(_ repository: Repository) throws(OperationError) -> Verdict {
        do throws(StoreError) {
            for key in named {
                guard try repository.store.head(key, until: deadline) != nil else { return .lacks(key.path) }
            }
            for (source, packs) in Dictionary(grouping: base.packs, by: \.key.backup).sorted(by: { $0.key < $1.key }) {
                let found = try self.packs(of: source, repository)
                for (pack, byteCount) in packs where found[pack] != byteCount {
                    return .lacks(RepositoryLayout.key(of: pack, in: cluster).path)
                }
            }
            return .whole
        } catch {
            guard error.code == .denied else { throw OperationError(error) }
            return .hidden
        }
    }

    /// What shows that nobody has begun to sweep: the summary of the base, and `begun` of each interrupted backup.
    private var named: [ObjectKey] {
        let summary = base.manifest.map { RepositoryLayout.key(of: .summary, $0.facts.id, in: cluster) }
        return [summary].compactMap(\.self)
            + base.interrupted.map { RepositoryLayout.key(of: .begun, $0, in: cluster) }
    }

    private func packs(of source: BackupID, _ repository: Repository) throws(StoreError) -> [PackID: UInt64] {
        let prefix = "\(RepositoryLayout.packsPrefix(of: cluster))\(source)/"
        var found: [PackID: UInt64] = [:]
        var after: ObjectKey?
        repeat {
            let page = try repository.store.list(prefix: prefix, after: after, until: deadline)
            for object in page.objects {
                guard case .pack(_, let pack) = RepositoryLayout.place(of: object.key) else { continue }
                found[pack] = object.byteCount
            }
            after = page.nextAfter
        } while after != nil
        return found
    }
}
