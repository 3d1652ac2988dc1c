/// How much memory an operation may hold at once: a sum with a line for each thing that holds some.
package struct MemorySum: Equatable, Sendable {
    package struct Line: Equatable, Sendable {
        /// What it is: "blocks of the pipeline".
        package let name: String
        package let count: Int
        package let byteCount: Int

        package var total: Int { count * byteCount }
    }

    package private(set) var lines: [Line] = []

    package init() {}

    /// Adds `count` things of `byteCount` bytes each.
    package mutating func add(_ name: String, count: Int = 1, byteCount: Int) {
        lines.append(Line(name: name, count: count, byteCount: byteCount))
    }

    package var total: Int { lines.reduce(0) { $0 + $1.total } }

    /// A table of KiB, rounded up, with the total below; ends in a newline.
    package var text: String {
        let rows = lines.map { line in
            let factor = line.count == 1 ? "" : "\(line.count) x \(Self.kibibytes(line.byteCount)) KiB"
            return (factor, "\(Self.kibibytes(line.total)) KiB", line.name)
        }
        let total = ("", "\(Self.kibibytes(self.total)) KiB", "in all")
        let factorWidth = rows.map(\.0.count).max() ?? 0
        let totalWidth = (rows + [total]).map(\.1.count).max() ?? 0
        let text = (rows + [total]).map { factor, sum, name in
            "\(Self.padded(factor, factorWidth))  \(Self.padded(sum, totalWidth))  \(name)\n"
        }
        return text.joined()
    }

    private static func kibibytes(_ bytes: Int) -> Int { (bytes + 1023) / 1024 }

    private static func padded(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
