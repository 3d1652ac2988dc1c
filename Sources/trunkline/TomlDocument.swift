internal import CToml
package import Operations

/// The one place where C meets the command line: TOML text becomes entries of the configuration.
package enum TomlDocument {
    /// The same bound as the parser's own: reading more of a file would be in vain.
    package static let byteCountMax = Int(CTOML_BYTES_MAX)

    /// The entries of `text`, in the order of their keys.
    ///
    /// - Throws: what is wrong with the text, which is one problem: nothing behind it can be trusted.
    package static func parse(_ text: [UInt8]) throws(ConfigurationProblem) -> [ConfigurationEntry] {
        let parsed = unsafe text.withUnsafeBytes { bytes in
            unsafe ctoml_parse(bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
        }
        guard let document = unsafe parsed else { throw ConfigurationProblem(.whole, "no memory to read the file") }
        defer { unsafe ctoml_free(document) }
        if unsafe ctoml_failed(document) {
            let position = unsafe ctoml_failure_position(document)
            let message = unsafe Self.text(ctoml_failure_message(document))
            throw ConfigurationProblem(position.line > 0 ? .line(Int(position.line)) : .whole, oneLine(message))
        }
        return unsafe (0..<ctoml_entry_count(document)).map { unsafe entry(document, $0) }
    }

    private static func entry(_ document: OpaquePointer, _ index: Int) -> ConfigurationEntry {
        let entry = unsafe ctoml_entry_at(document, index)
        let path = unsafe (0..<entry.component_count).map { level in
            unsafe text(ctoml_component_at(document, index, level))
        }
        return unsafe ConfigurationEntry(
            path: path, kind: kind(entry.kind), element: entry.element < 0 ? nil : Int(entry.element),
            text: text(entry.value), line: Int(entry.position.line), column: Int(entry.position.column))
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
        unsafe String(
            decoding: UnsafeRawBufferPointer(start: UnsafeRawPointer(text.bytes), count: text.count), as: UTF8.self)
    }

    /// toml++ begins its sentences with a capital.
    private static func oneLine(_ message: String) -> String {
        message.prefix(1).lowercased() + message.dropFirst()
    }
}
