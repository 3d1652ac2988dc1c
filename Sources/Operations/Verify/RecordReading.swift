import Codec
import Format
import Platform
import Stream

/// Reads the small objects of a repository that everybody may read, and keeps what the rest of the work needs of them.
struct RecordReading: Sendable {
    let cluster: ClusterName
    let repository: Repository
    let signers: [Codec.Signer]

    /// What was read.
    struct Records: Sendable {
        /// Ascending by id.
        var summaries: [BackupSummary] = []
        var segmentSizes: [SystemIdentifier: SegmentSize] = [:]
        var findings: [Finding] = []
        /// A summary, or what was said at the begin of a backup, is there and cannot be read: nobody knows what it
        /// names.
        var hasUnreadable = false
        /// What was said at the begin of backups.
        var begun: [BackupBegun] = []
        var artifacts: [ArtifactRecord] = []
        /// Positions of the items that are right.
        var right: [Int] = []
    }

    /// Hides the latency of one small read behind those of others.
    private static let readersMax = 8

    func read(_ items: [VerifyItem]) throws(OperationError) -> Records {
        let indices = items.indices.filter { items[$0].isRecord }
        let records = Gate(Records())
        try Crew.each(below: indices.count, threads: Self.readersMax, name: "record") {
            (number) throws(OperationError) in
            let index = indices[number]
            let result = try read(items[index])
            records.withLock { $0.take(result, index, items[index]) }
        }
        var all = records.withLock { $0 }
        all.summaries.sort { $0.id < $1.id }
        all.right.sort()
        all.findings.sort { $0.object.utf8.lexicographicallyPrecedes($1.object.utf8) }
        return all
    }

    struct Reading: Sendable {
        let outcome: CheckOutcome
        var summary: BackupSummary?
        var system: SystemRecord?
        var begun: BackupBegun?
        var artifact: ArtifactRecord?
    }

    private func read(_ item: VerifyItem) throws(OperationError) -> Reading {
        do throws(OperationError) {
            switch item.place {
            case .system(_, let system): return try readSystem(system, item.key)
            case .backup(_, let backup, .summary): return try readSummary(backup, item.key)
            case .backup(_, let backup, .begun): return try readBegun(backup, item.key)
            case .artifact(_, let name, let version, _): return try readArtifact(name, version, item.key)
            default: return Reading(outcome: .right)
            }
        } catch {
            return Reading(outcome: try CheckOutcome(error))
        }
    }

    private func readSystem(_ system: SystemIdentifier, _ key: ObjectKey) throws(OperationError) -> Reading {
        guard let octets = try repository.readSmall(key, limit: PlainRecord.byteCountMax, until: .never) else {
            return Reading(outcome: .missing)
        }
        guard let record = SystemRecord(octets), record.system == system else {
            return Reading(outcome: .damaged("this is not the record of that system"))
        }
        return Reading(outcome: .right, system: record)
    }

    private func readSummary(_ backup: BackupID, _ key: ObjectKey) throws(OperationError) -> Reading {
        guard let record = try record(key, limit: BackupSummary.byteCountMax) else { return Reading(outcome: .missing) }
        guard let summary = BackupSummary(record), summary.id == backup, summary.cluster == cluster
        else { return Reading(outcome: .damaged("this is not the summary of that backup")) }
        return Reading(outcome: .right, summary: summary)
    }

    private func readBegun(_ backup: BackupID, _ key: ObjectKey) throws(OperationError) -> Reading {
        guard let record = try record(key, limit: BackupBegun.byteCountMax) else { return Reading(outcome: .missing) }
        guard let begun = BackupBegun(record), begun.id == backup, begun.cluster == cluster
        else { return Reading(outcome: .damaged("this is not what was said at the begin of that backup")) }
        return Reading(outcome: .right, begun: begun)
    }

    private func readArtifact(
        _ name: ArtifactName, _ version: BackupID, _ key: ObjectKey
    ) throws(OperationError) -> Reading {
        guard let content = try content(key, limit: PlainRecord.byteCountMax) else { return Reading(outcome: .missing) }
        guard let record = ArtifactRecord(content, of: name, version) else {
            return Reading(outcome: .damaged("this is not the record of that version of that artifact"))
        }
        return Reading(outcome: .right, artifact: record)
    }

    private func record(_ key: ObjectKey, limit: Int) throws(OperationError) -> PlainRecord? {
        guard let content = try content(key, limit: limit) else { return nil }
        guard let record = PlainRecord(content.span, limit: limit) else {
            throw OperationError(
                .damaged, operation: "read", object: key.path, cause: "its content is no plain record")
        }
        return record
    }

    /// The content of a plain stream; nil when there is no such object.
    private func content(_ key: ObjectKey, limit: Int) throws(OperationError) -> [UInt8]? {
        let bytes = PlainStream.sealedByteCount(contentByteCount: limit)
        guard let octets = try repository.readSmall(key, limit: bytes, until: .never) else { return nil }
        return try PlainStream.open(octets, as: key, signers: signers).content
    }
}

extension RecordReading.Records {
    fileprivate mutating func take(_ reading: RecordReading.Reading, _ index: Int, _ item: VerifyItem) {
        if let summary = reading.summary { summaries.append(summary) }
        if let begun = reading.begun { self.begun.append(begun) }
        if let artifact = reading.artifact {
            artifacts.append(artifact)
        }
        if let system = reading.system { segmentSizes[system.system] = system.segmentSize }
        switch reading.outcome {
        case .right: right.append(index)
        // Somebody deletes: what is gone is nobody's backup any more.
        case .missing: break
        default:
            var backups: [BackupID] = []
            if case .backup(_, let backup, let part) = item.place {
                backups = [backup]
                hasUnreadable = hasUnreadable || part != .manifest
            }
            if let finding = Finding(reading.outcome, item.key, backups: backups) { findings.append(finding) }
        }
    }
}
