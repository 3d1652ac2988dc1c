package import Format
package import Platform
package import Postgres

/// What a repository says of one system identifier of a cluster: `clusters/<cluster>/systems/<system-id>`.
///
/// Made by `init`, plain JSON (docs/FORMAT.md). Its presence is the proof that a repository is the right place: where
/// it is absent, nothing is "missing" and nothing is archived.
package struct SystemRecord: Equatable, Sendable {
    package let system: SystemIdentifier
    /// PostgreSQL's major version, when `init` knew it.
    package let major: Int?
    package let segmentSize: SegmentSize
    /// When it was written, ISO 8601.
    package let since: String

    package init(_ control: ControlFile, now: UnixTime) {
        system = control.system
        major = control.major
        segmentSize = control.segmentSize
        since = now.iso8601()
    }

    /// Reads the object; nil for anything that is no such record.
    package init?(_ octets: [UInt8]) {
        guard let record = PlainRecord(octets.span),
            let system = record.text("system").flatMap({ SystemIdentifier($0) }),
            let size = record.number("segmentBytes").flatMap({ SegmentSize(byteCount: $0) }),
            let since = record.text("since")
        else { return nil }
        self.system = system
        major = record.text("version").flatMap { Int($0) }
        segmentSize = size
        self.since = since
    }

    package var octets: [UInt8] {
        var members: [String: PlainRecord.Value] = [
            "system": .text("\(system)"), "segmentBytes": .number(segmentSize.byteCount), "since": .text(since),
        ]
        if let major { members["version"] = .text("\(major)") }
        return PlainRecord(members).octets
    }
}
