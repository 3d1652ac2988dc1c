import CToml
import Operations

extension FuzzTarget {
    static let configuration = [toml]

    private static let toml = FuzzTarget(
        name: "toml", byteCountMax: 4096,
        seeds: {
            [
                """
                # comment
                [cluster.main]
                pgdata = "/var/lib/postgresql/15/main"
                [repository.local]
                url = "file:///var/backups/trunkline"
                required = false
                [repository."off site"]
                url = 's3://bucket/prefix'
                [wal]
                lookahead = 8
                [encryption]
                recipients = ["a", \"\"\"
                b\"\"\"]
                """,
                "a.b.c = 1979-05-27T07:32:00Z\nd = [1, 2.5e3, {x = true}, [inf, nan]]\n[[t]]\n[[t]]\n",
                "x = 0xFF_FF\r\n",
            ].map { Array($0.utf8) }
        },
        run: { bytes in
            guard let entries = entries(of: bytes) else { return }
            _ = try? Configuration(entries: entries, environment: [:], file: "fuzz.toml")
        })

    /// What the command line makes of the parser's list.
    private static func entries(of bytes: [UInt8]) -> [ConfigurationEntry]? {
        let parsed = bytes.withUnsafeBytes {
            ctoml_parse($0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count)
        }
        guard let document = parsed else { return nil }
        defer { ctoml_free(document) }
        guard !ctoml_failed(document) else {
            expect(ctoml_entry_count(document) == 0, "a refused text has no entries")
            _ = text(ctoml_failure_message(document))
            return nil
        }
        return (0..<ctoml_entry_count(document)).map { index in
            let entry = ctoml_entry_at(document, index)
            let path = (0..<entry.component_count).map { text(ctoml_component_at(document, index, $0)) }
            expect(!path.isEmpty, "an entry has a path")
            return ConfigurationEntry(
                path: path, kind: kind(entry.kind), element: entry.element < 0 ? nil : Int(entry.element),
                text: text(entry.value), line: Int(entry.position.line), column: Int(entry.position.column))
        }
    }

    private static func kind(_ kind: ctoml_kind) -> ConfigurationEntry.Kind {
        switch kind {
        case CTOML_TABLE: .table
        case CTOML_ARRAY: .array
        case CTOML_STRING: .string
        case CTOML_INTEGER: .integer
        case CTOML_FLOAT: .float
        case CTOML_BOOLEAN: .boolean
        default: .date
        }
    }

    private static func text(_ text: ctoml_text) -> String {
        String(decoding: UnsafeRawBufferPointer(start: UnsafeRawPointer(text.bytes), count: text.count), as: UTF8.self)
    }
}
