import Platform

/// Files of the other tests that are good inputs to begin with.
enum Vectors {
    /// The content of a file below Tests.
    static func octets(_ path: String) throws -> [UInt8] {
        let tests = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
        return try FileSystem.readWhole("/\(tests)/\(path)", limit: 1 << 20)
    }

    static func lines(_ path: String) throws -> [Substring] {
        String(decoding: try octets(path), as: UTF8.self).split(separator: "\n")
    }

    static func octets(hexadecimal text: some StringProtocol) -> [UInt8] {
        let digits = text.compactMap(\.hexDigitValue).map(UInt8.init)
        return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    /// Heads of real segments, with their names.
    static func segmentHeads() throws -> [(name: String, byteCount: UInt64, head: [UInt8])] {
        try lines("PostgresTests/Vectors/wal-heads.txt").map { line in
            let fields = line.split(separator: " ")
            return (String(fields[1]), UInt64(fields[2]) ?? 0, octets(hexadecimal: fields[3]))
        }
    }
}
