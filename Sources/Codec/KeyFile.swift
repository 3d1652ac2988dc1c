import Format

/// The text files that keys are kept in: one key a line, `#` begins a comment line, empty lines are ignored.
package enum KeyFile {
    /// Room for every key that a file may hold and a page of comments; what is larger is another file given by mistake.
    package static let byteCountMax = 64 << 10
    /// As many as a stream has slots, twice: old identities are kept as long as old backups.
    package static let keyCountMax = 32

    /// Prints comments, each on its line, then the keys.
    package static func print(comments: [String], secretTexts: [String]) -> [UInt8] {
        let lines = comments.map { "# \($0)\n" } + secretTexts.map { "\($0)\n" }
        return Array(lines.joined().utf8)
    }

    /// Reads the one key of a file that must hold no other.
    static func only<Key>(
        _ kind: KeyText.Kind, in file: Span<UInt8>, _ read: (Span<UInt8>) throws(CodecError) -> Key
    ) throws(CodecError) -> Key {
        let ranges = try keyLines(of: file, kind)
        guard ranges.count == 1 else {
            throw error(kind, ranges.isEmpty ? "the file holds no key" : "the file holds \(ranges.count) keys, not one")
        }
        return try read(file.extracting(ranges[0]))
    }

    /// Where the lines are that hold keys, without the space around them.
    static func keyLines(of file: Span<UInt8>, _ kind: KeyText.Kind) throws(CodecError) -> [Range<Int>] {
        guard file.count <= byteCountMax else {
            throw error(kind, "the file has \(file.count) bytes, a key file at most \(byteCountMax)")
        }
        var ranges: [Range<Int>] = []
        var start = 0
        for index in 0...file.count where index == file.count || file[index] == UInt8(ascii: "\n") {
            let line = trimmed(file, start..<index)
            start = index + 1
            guard let first = line.first, file[first] != UInt8(ascii: "#") else { continue }
            guard ranges.count < keyCountMax else {
                throw error(kind, "the file holds more than \(keyCountMax) keys")
            }
            ranges.append(line)
        }
        return ranges
    }

    static func error(_ kind: KeyText.Kind, _ cause: String) -> CodecError {
        CodecError(.badKeyFile, "read", "\(kind.noun) file", cause)
    }

    private static func trimmed(_ file: Span<UInt8>, _ line: Range<Int>) -> Range<Int> {
        var range = line
        while let last = range.last, isSpace(file[last]) { range = range.lowerBound..<last }
        while let first = range.first, isSpace(file[first]) { range = first + 1..<range.upperBound }
        return range
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
    }
}
