import Platform

/// Files beside the tests, made by real servers: see Vectors/README.md.
enum Vectors {
    static func text(_ name: String, source: String = #filePath) throws -> String {
        let tests = source.split(separator: "/").dropLast().joined(separator: "/")
        let bytes = try FileSystem.readWhole("/\(tests)/Vectors/\(name)", limit: 65_536)
        return String(decoding: bytes, as: UTF8.self)
    }

    static func octets(hexadecimal text: some StringProtocol) -> [UInt8] {
        let digits = text.compactMap(\.hexDigitValue).map(UInt8.init)
        return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
}
