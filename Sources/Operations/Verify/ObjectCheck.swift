import Codec
import Format
import Platform
import Postgres
import Storage
import Stream

/// Looks at single objects other than packs and records: the archived files, manifests, the streams of artifacts.
struct ObjectCheck: Sendable {
    let store: any Store
    let system: [SystemIdentifier: SegmentSize]
    /// What the records of artifacts say of the streams.
    let artifacts: [ObjectKey: ArtifactRecord]
    let signers: [Codec.Signer]
    /// Nil: only what shows without a key.
    let pipeline: OpenPipeline?

    func run(_ item: VerifyItem) throws(OperationError) -> CheckOutcome {
        do throws(OperationError) {
            if let record = artifacts[item.key], record.storedByteCount != item.byteCount {
                return .damaged("it has \(item.byteCount) bytes, its record tells \(record.storedByteCount)")
            }
            guard let pipeline else { return try look(item) }
            return try open(item, with: pipeline)
        } catch {
            return try CheckOutcome(error)
        }
    }

    private func open(_ item: VerifyItem, with pipeline: OpenPipeline) throws(OperationError) -> CheckOutcome {
        guard case .wal(_, let system, let name) = item.place else {
            let opened = try pipeline.open(item.key, of: store, into: NullSink(), until: .never)
            guard let opened else { return .missing }
            guard let record = artifacts[item.key], record.byteCount != opened.content.byteCount else { return .right }
            return .damaged("its content has \(opened.content.byteCount) bytes, its record tells \(record.byteCount)")
        }
        if case .history(let timeline) = name { return try history(timeline, item.key, pipeline).outcome }
        let sink = HeadSink(SegmentCheck.headByteCount)
        guard let opened = try pipeline.open(item.key, of: store, into: sink, until: .never) else { return .missing }
        guard name.holdsWAL, let segment = name.segment else { return .right }
        do throws(PostgresError) {
            try SegmentCheck(system: system, segmentSize: self.system[system]).check(
                head: sink.head.span, byteCount: opened.content.byteCount, as: segment, object: "\(name)")
        } catch {
            throw OperationError(error)
        }
        return .right
    }

    /// Opens and reads the history of a timeline.
    func history(
        _ timeline: TimelineID, _ key: ObjectKey, _ pipeline: OpenPipeline
    ) throws(OperationError) -> (outcome: CheckOutcome, history: TimelineHistory?) {
        do throws(OperationError) {
            let sink = OctetsSink(limit: TimelineHistory.byteCountMax, object: key.path)
            guard try pipeline.open(key, of: store, into: sink, until: .never) != nil else { return (.missing, nil) }
            do throws(FormatError) {
                return (.right, try TimelineHistory(of: timeline, sink.octets.span))
            } catch {
                return (.damaged("\(error)"), nil)
            }
        } catch {
            return (try CheckOutcome(error), nil)
        }
    }

    /// The last bytes of the object, which tell its length, its checksum and who signed it.
    private func look(_ item: VerifyItem) throws(OperationError) -> CheckOutcome {
        var tail = Block(capacity: StreamTrailer.byteCount)
        let total: UInt64
        do throws(StoreError) {
            guard case .found(let count) = try store.readTail(item.key, into: &tail, until: .never) else {
                return .missing
            }
            total = count
        } catch {
            throw OperationError(error)
        }
        let reading: TrailerReading
        do throws(CodecError) {
            reading = try tail.withOctets { (octets) throws(CodecError) in
                try TrailerReading(octets, objectByteCount: total, name: item.key, signers: signers)
            }
        } catch {
            throw OperationError(error)
        }
        guard case .wal(_, let system, let name) = item.place, name.holdsWAL, let size = self.system[system],
            reading.contentByteCount != size.byteCount
        else { return .right }
        return .damaged("\(reading.contentByteCount) bytes of content, a segment has \(size.byteCount)")
    }
}
