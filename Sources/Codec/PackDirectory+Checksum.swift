package import Format

extension PackDirectory {
    /// The directory with its checksum: the last bytes of a pack.
    package func encode() -> [UInt8] {
        let checked = encodeChecked()
        return checked + Self.checksum(checked)
    }

    /// Reads the directory at the end of a pack and compares its checksum, which excludes accidents.
    package static func read(_ octets: [UInt8], objectByteCount: UInt64) throws(FormatError) -> PackDirectory {
        let directory = try parse(octets, objectByteCount: objectByteCount)
        let checked = Array(octets.dropLast(checksumByteCount))
        guard checksum(checked).elementsEqual(octets.suffix(checksumByteCount)) else {
            throw FormatError(.badChecksum, "pack directory", "its checksum is wrong")
        }
        return directory
    }

    private static func checksum(_ octets: [UInt8]) -> [UInt8] {
        Blake2b.hash(octets, outputByteCount: checksumByteCount)
    }
}
