package import Format
internal import Platform
package import Storage

/// One object of a listing, as `verify` keeps it: a repository may hold millions.
package struct VerifyItem: Equatable, Sendable {
    package let place: RepositoryLayout.Place
    package let byteCount: UInt64
    /// Of the store's tag and time: an object that was replaced has another one.
    package let fingerprint: UInt64
    /// When this very object was last found right, as far as is remembered.
    package var check: VerifyCheck?

    package init(place: RepositoryLayout.Place, byteCount: UInt64, fingerprint: UInt64, check: VerifyCheck? = nil) {
        self.place = place
        self.byteCount = byteCount
        self.fingerprint = fingerprint
        self.check = check
    }

    /// Nil for what is not named like an object of ours.
    package init?(_ info: ObjectInfo) {
        guard let place = RepositoryLayout.place(of: info.key) else { return nil }
        self.init(place: place, byteCount: info.byteCount, fingerprint: Self.fingerprint(info))
    }

    package var key: ObjectKey { RepositoryLayout.key(of: place) }

    /// Whether it is so small that it is read in every run, and what it says is needed in every run.
    package var isRecord: Bool {
        switch place {
        case .marker, .system, .backup(_, _, .begun), .backup(_, _, .summary), .artifact(_, _, _, .record): true
        case .wal, .backup(_, _, .manifest), .pack, .artifact(_, _, _, .stream): false
        }
    }

    /// FNV-1a, 64 bits: whoever can replace an object can choose its tag anyway.
    private static func fingerprint(_ info: ObjectInfo) -> UInt64 {
        let time = info.modified.map { "\($0.seconds).\($0.nanoseconds)" } ?? ""
        return "\(info.tag ?? "")|\(time)".utf8.reduce(0xcbf2_9ce4_8422_2325) { hash, octet in
            (hash ^ UInt64(octet)) &* 0x0000_0100_0000_01b3
        }
    }
}

extension RepositoryLayout {
    /// The key that `place(of:)` reads.
    package static func key(of place: Place) -> ObjectKey {
        switch place {
        case .marker: marker
        case .system(let cluster, let system): key(of: system, in: cluster)
        case .wal(let cluster, let system, let name): key(of: name, in: cluster, system)
        case .backup(let cluster, let backup, let part): key(of: part, backup, in: cluster)
        case .pack(let cluster, let pack): key(of: pack, in: cluster)
        case .artifact(let cluster, let name, let version, let object): key(of: object, version, of: name, in: cluster)
        }
    }
}
