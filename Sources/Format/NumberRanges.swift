/// A set of numbers kept as ascending ranges that neither overlap nor touch.
struct NumberRanges: Equatable {
    private(set) var ranges: [Range<UInt64>] = []

    /// `number` must be less than `UInt64.max`. Appending in ascending order costs constant time.
    mutating func insert(_ number: UInt64) {
        let index = firstIndex(endingAtOrAfter: number)
        guard index < ranges.count, ranges[index].lowerBound <= number + 1 else {
            ranges.insert(number..<number + 1, at: index)
            return
        }
        let range = ranges[index]
        ranges[index] = min(range.lowerBound, number)..<max(range.upperBound, number + 1)
        if index + 1 < ranges.count, ranges[index + 1].lowerBound == ranges[index].upperBound {
            ranges[index] = ranges[index].lowerBound..<ranges[index + 1].upperBound
            ranges.remove(at: index + 1)
        }
    }

    func contains(_ number: UInt64) -> Bool {
        let index = firstIndex(endingAtOrAfter: number + 1)
        return index < ranges.count && ranges[index].contains(number)
    }

    /// What lies between the ranges.
    var gaps: [Range<UInt64>] {
        zip(ranges, ranges.dropFirst()).map { $0.upperBound..<$1.lowerBound }
    }

    /// What of `window` is in no range.
    func gaps(within window: Range<UInt64>) -> [Range<UInt64>] {
        var gaps: [Range<UInt64>] = []
        var next = window.lowerBound
        for range in ranges[firstIndex(endingAtOrAfter: window.lowerBound)...] {
            guard range.lowerBound < window.upperBound else { break }
            if next < range.lowerBound {
                gaps.append(next..<range.lowerBound)
            }
            next = max(next, range.upperBound)
        }
        return next < window.upperBound ? gaps + [next..<window.upperBound] : gaps
    }

    /// The first range whose upper bound is not less than `number`.
    private func firstIndex(endingAtOrAfter number: UInt64) -> Int {
        guard let last = ranges.last, last.upperBound >= number else { return ranges.count }
        var low = 0
        var high = ranges.count - 1
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound >= number {
                high = middle
            } else {
                low = middle + 1
            }
        }
        return low
    }
}
