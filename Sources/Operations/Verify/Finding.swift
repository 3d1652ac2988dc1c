package import Format

/// Something in a repository that is not as it has to be for a restore.
package struct Finding: Equatable, Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        /// An object that another one names, or whose name says that it must be there, is not there.
        case missing
        /// An object is not as it was written, or is not what its name says.
        case damaged
        /// No identity at hand opens the object.
        case locked
        /// Archived WAL has a hole.
        case gap
        /// An object takes room, and nothing needs it any more.
        case unreferenced

        /// The worst first.
        var order: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    }

    package let kind: Kind
    /// The object's key; for a gap its first and its last segment.
    package let object: String
    /// What is wrong: lowercase, no full stop.
    package let cause: String
    /// The backups that suffer from it, ascending.
    package let backups: [BackupID]

    package init(_ kind: Kind, _ object: String, _ cause: String, backups: [BackupID] = []) {
        self.kind = kind
        self.object = object
        self.cause = cause
        self.backups = backups
    }
}

extension Finding {
    /// Nil for an object that is right.
    init?(_ outcome: CheckOutcome, _ key: ObjectKey, backups: [BackupID] = []) {
        switch outcome {
        case .right: return nil
        case .missing: self.init(.missing, key.path, "it is not there", backups: backups)
        case .damaged(let cause): self.init(.damaged, key.path, cause, backups: backups)
        case .locked: self.init(.locked, key.path, "none of the identities at hand opens it", backups: backups)
        }
    }
}
