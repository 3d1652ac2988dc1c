/// One pass over a file, as the driver asks for it: the words that the limit program takes, in the same order.
struct PassRequest {
    enum Direction: String { case seal, open }

    let direction: Direction
    let path: String
    let threads: Int
    /// zstd's.
    let level: Int
    let blockByteCount: Int

    static let usage = "usage: trunkline-bench seal|open FILE THREADS LEVEL BLOCK"

    /// Returns nil when the words are not a request.
    init?(_ words: some Collection<String>) {
        let words = Array(words)
        guard words.count == 5, let direction = Direction(rawValue: words[0]), let threads = Int(words[2]), threads > 0,
            let level = Int(words[3]), let blockByteCount = Int(words[4])
        else { return nil }
        self.direction = direction
        self.path = words[1]
        self.threads = threads
        self.level = level
        self.blockByteCount = blockByteCount
    }
}
