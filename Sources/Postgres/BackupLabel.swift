package import Format

/// What the file `backup_label` says, which the server makes at the end of a backup (`build_backup_content`,
/// backend/access/transam/xlogbackup.c). The file itself goes into the backup octet for octet.
package struct BackupLabel: Equatable, Sendable {
    /// Where replay has to begin.
    package let start: LSN
    /// The WAL file that holds `start`.
    package let startFile: SegmentName
    package let checkpoint: LSN
    /// `streamed` for backups of a running server.
    package let method: String
    /// `primary`, in PostgreSQL 13 `master`, or `standby`.
    package let from: String
    /// In the server's time zone, as it writes it.
    package let startTime: String
    package let label: String
    package let timeline: TimelineID

    /// PostgreSQL's own are below 2 KiB: the label is cut at 1,024 bytes.
    private static let byteCountMax = 65_536

    /// Reads the file's content. Throws `badLabel`.
    package init(_ octets: [UInt8]) throws(PostgresError) {
        guard octets.count <= Self.byteCountMax else {
            throw Self.refusal("\(octets.count) bytes, at most \(Self.byteCountMax) are allowed")
        }
        let lines = String(decoding: octets, as: UTF8.self).split(separator: "\n")
        func value(_ key: String) throws(PostgresError) -> Substring {
            guard let line = lines.first(where: { $0.hasPrefix("\(key): ") }) else {
                throw Self.refusal("there is no line \"\(key)\"")
            }
            return line.dropFirst(key.count + 2)
        }
        let location = try value("START WAL LOCATION").split(separator: " ")
        guard location.count == 3, location[1] == "(file", location[2].hasSuffix(")"),
            let start = LSN(String(location[0])), let file = SegmentName(String(location[2].dropLast()))
        else { throw Self.refusal("the line \"START WAL LOCATION\" holds no position and file name") }
        guard let checkpoint = LSN(String(try value("CHECKPOINT LOCATION"))) else {
            throw Self.refusal("the line \"CHECKPOINT LOCATION\" holds no position")
        }
        guard let number = UInt32(try value("START TIMELINE")), let timeline = TimelineID(rawValue: number) else {
            throw Self.refusal("the line \"START TIMELINE\" holds no timeline")
        }
        self.start = start
        startFile = file
        self.checkpoint = checkpoint
        method = String(try value("BACKUP METHOD"))
        from = String(try value("BACKUP FROM"))
        startTime = String(try value("START TIME"))
        label = String(try value("LABEL"))
        self.timeline = timeline
    }

    private static func refusal(_ cause: String) -> PostgresError {
        PostgresError(.badLabel, "read", "backup_label", cause)
    }
}
