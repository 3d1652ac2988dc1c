package import Format
package import Platform

/// What may be known without a key of one version of an artifact: `clusters/<cluster>/artifacts/<name>/<id>/record`.
///
/// The content of a plain stream, which is signed. A version exists when its record does.
package struct ArtifactRecord: Equatable, Sendable {
    package let name: ArtifactName
    /// As in the key.
    package let version: BackupID
    package let contentType: ContentType?
    /// Of the content.
    package let byteCount: UInt64
    /// Of the sealed object.
    package let storedByteCount: UInt64
    /// When the stream was complete, ISO 8601.
    package let created: String

    package init(
        name: ArtifactName, version: BackupID, contentType: ContentType?, byteCount: UInt64, storedByteCount: UInt64,
        now: UnixTime
    ) {
        self.name = name
        self.version = version
        self.contentType = contentType
        self.byteCount = byteCount
        self.storedByteCount = storedByteCount
        created = now.iso8601()
    }

    /// Reads the content of the record that stands under this name and version; nil for anything else.
    package init?(_ content: [UInt8], of name: ArtifactName, _ version: BackupID) {
        guard let record = PlainRecord(content.span), record.text("name") == name.text,
            let byteCount = record.number("bytes"), let storedByteCount = record.number("storedBytes"),
            let created = record.text("created"), UnixTime(iso8601: created) != nil
        else { return nil }
        let type = record.text("contentType")
        contentType = type.flatMap { ContentType($0) }
        guard (type == nil) == (contentType == nil) else { return nil }
        self.name = name
        self.version = version
        self.byteCount = byteCount
        self.storedByteCount = storedByteCount
        self.created = created
    }

    /// At most `PlainRecord.byteCountMax`.
    package var content: [UInt8] {
        var members: [String: PlainRecord.Value] = [
            "name": .text(name.text), "bytes": .number(byteCount), "storedBytes": .number(storedByteCount),
            "created": .text(created),
        ]
        if let contentType { members["contentType"] = .text(contentType.text) }
        return PlainRecord(members).octets
    }
}
