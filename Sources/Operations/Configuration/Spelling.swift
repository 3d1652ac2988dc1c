/// Nearest known words, for messages about unknown ones.
package enum Spelling {
    /// Longer words are not compared: a mistyped name is about as long as the right one.
    private static let characterCountMax = 80

    /// The candidate that is fewest edits away from `word`, if that is at most a third of the word (and at least one).
    ///
    /// The first of several equally near ones.
    package static func nearest(to word: String, among candidates: [String]) -> String? {
        guard word.utf8.count <= characterCountMax else { return nil }
        let limit = max(1, word.utf8.count / 3)
        let ranked = candidates.map { (candidate: $0, distance: distance(Array(word.utf8), Array($0.utf8))) }
        let best = ranked.min { $0.distance < $1.distance }
        return best.flatMap { $0.distance <= limit ? $0.candidate : nil }
    }

    /// `Did you mean "…"?`, or nil when nothing is near.
    package static func hint(for word: String, among candidates: [String]) -> String? {
        nearest(to: word, among: candidates).map { "Did you mean \"\($0)\"?" }
    }

    /// Insertions, deletions, substitutions and swaps of neighbours that turn one word into the other.
    static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for row in 0..<left.count {
            var current = [row + 1]
            for column in 0..<right.count {
                let substitution = last[column] + (left[row] == right[column] ? 0 : 1)
                var best = min(substitution, last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    best = min(best, beforeLast[column - 1] + 1)
                }
                current.append(best)
            }
            (beforeLast, last) = (last, current)
        }
        return last[right.count]
    }
}
