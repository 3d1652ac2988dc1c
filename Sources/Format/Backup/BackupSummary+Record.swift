extension BackupSummary {
    /// Members of annotations: `annotation.<key>`.
    private static let annotationPrefix = "annotation."

    /// The content of the summary object.
    package var record: PlainRecord {
        var members: [String: PlainRecord.Value] = [
            "backup": .text("\(id)"), "cluster": .text("\(cluster)"), "system": .text("\(system)"),
            "version": .text("\(major)"), "serverVersion": .text(serverVersion),
            "timeline": .number(UInt64(timeline.rawValue)), "startLSN": .text("\(startLSN)"),
            "stopLSN": .text("\(stopLSN)"), "started": .text(started), "stopped": .text(stopped),
            "snapshot": .text(snapshot), "method": .text(method.rawValue), "standby": .number(isFromStandby ? 1 : 0),
            "segmentBytes": .number(segmentBytes), "files": .number(fileCount), "bytes": .number(byteCount),
            "readBytes": .number(readByteCount), "storedBytes": .number(storedByteCount),
            "reusedBytes": .number(reusedByteCount), "pageErrors": .number(pageErrorCount),
            "milliseconds": .number(milliseconds),
            "packs": .text(PackList.text(packs)),
        ]
        if let base { members["base"] = .text("\(base)") }
        for (key, value) in annotations { members[Self.annotationPrefix + key] = .text(value) }
        return PlainRecord(members)
    }

    /// Nil for anything that is no summary.
    package init?(_ record: PlainRecord) {
        guard let id = record.text("backup").flatMap({ BackupID($0) }),
            let cluster = record.text("cluster").flatMap({ ClusterName($0) }),
            let system = record.text("system").flatMap({ SystemIdentifier($0) }),
            let major = record.text("version").flatMap({ Decimal.number($0.utf8) }).flatMap({ Int(exactly: $0) }),
            let timeline = record.number("timeline").flatMap({ UInt32(exactly: $0) }).flatMap({
                TimelineID(rawValue: $0)
            }),
            let startLSN = record.text("startLSN").flatMap({ LSN($0) }),
            let stopLSN = record.text("stopLSN").flatMap({ LSN($0) }),
            let started = record.text("started"), let stopped = record.text("stopped"),
            let method = record.text("method").flatMap({ BackupMethod(rawValue: $0) }),
            let segmentBytes = record.number("segmentBytes"), SegmentSize(byteCount: segmentBytes) != nil,
            let packs = record.text("packs").flatMap({ PackList.packs($0) })
        else { return nil }
        self.init(
            id: id, cluster: cluster, system: system, major: major, serverVersion: record.text("serverVersion") ?? "",
            timeline: timeline, startLSN: startLSN, stopLSN: stopLSN, started: started, stopped: stopped,
            snapshot: record.text("snapshot") ?? "", method: method,
            base: record.text("base").flatMap { BackupID($0) }, isFromStandby: record.number("standby") == 1,
            segmentBytes: segmentBytes, fileCount: record.number("files") ?? 0, byteCount: record.number("bytes") ?? 0,
            readByteCount: record.number("readBytes") ?? 0, storedByteCount: record.number("storedBytes") ?? 0,
            reusedByteCount: record.number("reusedBytes") ?? 0, pageErrorCount: record.number("pageErrors") ?? 0,
            milliseconds: record.number("milliseconds") ?? 0, packs: packs,
            annotations: Self.annotations(record))
    }

    private static func annotations(_ record: PlainRecord) -> [String: String] {
        var annotations: [String: String] = [:]
        for name in record.names where name.hasPrefix(annotationPrefix) {
            annotations[String(name.dropFirst(annotationPrefix.count))] = record.text(name)
        }
        return annotations
    }
}
