import Format

/// The bytes of `pg_control` up to its checksum, as fields. Bytes that are not there read as zero; the checksum, which
/// is the first thing judged, finds that out.
struct ControlFields {
    private let bytes: [UInt8]
    private let object: String

    init(_ bytes: Span<UInt8>, object: String) {
        let count = min(bytes.count, ControlLayout.byteCountMax)
        self.bytes = (0..<ControlLayout.byteCountMax).map { $0 < count ? bytes[$0] : 0 }
        self.object = object
    }

    func byte(_ offset: Int) -> UInt8 { bytes[offset] }

    func word(_ offset: Int) -> UInt32 { LittleEndian.uint32(bytes.span, at: offset) }

    func long(_ offset: Int) -> UInt64 { LittleEndian.uint64(bytes.span, at: offset) }

    func position(_ offset: Int) -> LSN { LSN(rawValue: long(offset)) }

    /// Finds the layout by the version at offset 8, where it has always been.
    func layout() throws(PostgresError) -> ControlLayout {
        let version = word(8)
        if let layout = ControlLayout.of(controlVersion: version) { return layout }
        guard ControlLayout.of(controlVersion: version.byteSwapped) == nil else {
            throw refusal(.foreignByteOrder, "written by a server with the other byte order")
        }
        guard version != 0 else { throw refusal(.damaged, "no version in it") }
        throw refusal(
            .unsupportedVersion, "pg_control version \(version) is of no PostgreSQL from 13 to 18",
            hint: "This cluster is of a PostgreSQL that this version of Trunkline does not know.")
    }

    func checkSum(at offset: Int) throws(PostgresError) {
        let expected = word(offset)
        let actual = ControlChecksum.of(bytes.span, count: offset)
        guard actual == expected else {
            throw refusal(
                .damaged, "checksum \(String(actual, radix: 16)) of its bytes, \(String(expected, radix: 16)) expected",
                hint: "pg_controldata reads the same file; servers of 32-bit machines are not supported.")
        }
    }

    func require<Value>(_ value: Value?, _ what: String) throws(PostgresError) -> Value {
        guard let value else { throw refusal(.damaged, "\(what) is impossible") }
        return value
    }

    private func refusal(_ code: PostgresError.Code, _ cause: String, hint: String? = nil) -> PostgresError {
        PostgresError(code, "read", object, cause, hint: hint)
    }
}
