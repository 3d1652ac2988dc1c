internal import Platform

extension ControlFile {
    /// As `get_controlfile` (common/controldata_utils.c): a server may be writing the file at this moment, and not
    /// every file system makes that invisible; so a bad checksum counts only when the same bytes were read twice.
    private static let attemptCountMax = 10
    private static let pauseSeconds = 0.01

    /// Reads the control file of a cluster, whose server may be running. Throws as `init` does, and `unreadable`.
    package static func read(in directory: DataDirectory) throws(PostgresError) -> ControlFile {
        let path = directory.controlFilePath
        var previous: [UInt8] = []
        for _ in 1..<attemptCountMax {
            let bytes = try load(path)
            do {
                return try parse(bytes, path)
            } catch {
                guard error.code == .damaged, bytes != previous else { throw error }
                previous = bytes
                Clock.sleep(seconds: pauseSeconds)
            }
        }
        return try parse(load(path), path)
    }

    private static func parse(_ bytes: [UInt8], _ path: String) throws(PostgresError) -> ControlFile {
        try ControlFile(bytes.span, object: path)
    }

    private static func load(_ path: String) throws(PostgresError) -> [UInt8] {
        try PostgresError.reading { () throws(PlatformError) in
            try FileSystem.readWhole(path, limit: fileByteCount)
        }
    }
}
