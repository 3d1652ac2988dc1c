package import Format
import Platform
import Storage

/// PostgreSQL's own `backup_manifest`, which `pg_verifybackup` reads (backup/backup_manifest.c): lines of JSON, and the
/// SHA-256 of all lines before the last.
package struct PostgresManifest: Sendable {
    package static let fileName = "backup_manifest"
    /// From this major version on the manifest names the system.
    private static let systemMajor = 17

    private let facts: BackupFacts
    private var body: [UInt8] = []

    package init(_ facts: BackupFacts) {
        self.facts = facts
    }

    /// - Parameters:
    ///   - modified: nanoseconds since 1970.
    ///   - checksum: CRC-32C of the content.
    package mutating func add(_ path: String, size: UInt64, modified: Int64, checksum: UInt32) {
        body += Array((body.isEmpty ? "\n" : ",\n").utf8)
        let time = UnixTime(seconds: modified / 1_000_000_000).iso8601()
        let line =
            "{ \"Path\": \(Self.quoted(path)), \"Size\": \(size), "
            + "\"Last-Modified\": \"\(time.prefix(10)) \(time.dropFirst(11).dropLast()) GMT\", "
            + "\"Checksum-Algorithm\": \"CRC32C\", \"Checksum\": \"\(Self.hexadecimal(checksum))\" }"
        body += Array(line.utf8)
    }

    package var octets: [UInt8] {
        let system = facts.major >= Self.systemMajor ? "\"System-Identifier\": \(facts.system),\n" : ""
        let version = facts.major >= Self.systemMajor ? 2 : 1
        let head = "{ \"PostgreSQL-Backup-Manifest-Version\": \(version),\n\(system)\"Files\": ["
        let range =
            "{ \"Timeline\": \(facts.timeline), \"Start-LSN\": \"\(facts.startLSN)\", "
            + "\"End-LSN\": \"\(facts.stopLSN)\" }"
        let checked = Array(head.utf8) + body + Array("\n],\n\"WAL-Ranges\": [\n\(range)\n],\n".utf8)
        let digest = SHA256.digest(of: checked).map { Self.hexadecimal(byte: $0) }.joined()
        return checked + Array("\"Manifest-Checksum\": \"\(digest)\"}\n".utf8)
    }

    /// In the order of the bytes in memory: the least significant first.
    private static func hexadecimal(_ checksum: UInt32) -> String {
        (0..<4).map { hexadecimal(byte: UInt8(truncatingIfNeeded: checksum >> UInt32(8 * $0))) }.joined()
    }

    private static func hexadecimal(byte: UInt8) -> String {
        String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\\(scalar)"
            case _ where scalar.value < 0x20: quoted += "\\u00\(hexadecimal(byte: UInt8(scalar.value)))"
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
