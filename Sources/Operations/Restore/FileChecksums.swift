import Format
import Platform
package import Stream

/// The CRC-32C of each segment as they come, in any order, and of each file once all of them have come.
package final class FileChecksums: Sendable {
    private let values: Gate<[UInt32]>
    private let work: RestoreWork

    package init(_ work: RestoreWork) {
        self.work = work
        values = Gate([UInt32](repeating: 0, count: work.segments.count))
    }

    /// Takes the checksums of some segments.
    package func record(_ known: [(segment: Int, checksum: UInt32)]) {
        values.withLock { values in
            for (segment, checksum) in known { values[segment] = checksum }
        }
    }

    /// Of the whole content of a file whose segments are all there.
    package func checksum(of file: Int) -> UInt32 {
        let range = work.ranges[file]
        let values = self.values.withLock { Array($0[range]) }
        var joined = CRC32C()
        for (segment, value) in zip(work.segments[range], values) {
            let next: CRC32C =
                switch segment.source {
                case .chapter: CRC32C(value: value)
                case .kept(let checksum): CRC32C(value: checksum)
                case .zeros: .zeros(segment.byteCount)
                }
            joined = joined.joined(with: next, byteCount: UInt64(segment.byteCount))
        }
        return joined.value
    }
}

extension CRC32C {
    /// Of so many zero bytes: by doubling, so that a gigabyte takes thirty steps.
    package static func zeros(_ byteCount: Int) -> CRC32C {
        var one = CRC32C()
        [UInt8(0)].withRawSpan { one.update($0) }
        var result = CRC32C()
        var (power, powerByteCount, rest) = (one, UInt64(1), byteCount)
        while rest > 0 {
            if rest & 1 == 1 { result = result.joined(with: power, byteCount: powerByteCount) }
            power = power.joined(with: power, byteCount: powerByteCount)
            powerByteCount *= 2
            rest >>= 1
        }
        return result
    }
}
