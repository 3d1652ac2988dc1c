/// How long each part of an object of unknown length is.
///
/// Stores limit the number of parts (S3: 10,000), so parts of one length limit the object. Where the store allows it,
/// the parts of the second half grow by and by: short objects, which are nearly all, stay cheap in memory, and long
/// ones fit.
package struct PartSchedule: Sendable, Equatable {
    /// Up to here all parts have the first one's length: half of what S3 allows.
    package static let partsBeforeGrowth = 5_000
    /// From there on the length doubles every so many parts.
    package static let partsPerDoubling = 625
    /// The longest part is so many times the first, which bounds the memory a writer holds: with parts of 16 MiB an
    /// object may have 996 GiB, and its last parts 256 MiB.
    package static let growthMax = 16

    /// The first part's length.
    package let partBytes: Int
    private let growthMax: Int
    private let partsMax: Int
    private let partBytesLimit: Int

    /// - Parameter partBytes: the wanted length of parts, moved into what the store allows.
    package init(partBytes: Int, for capabilities: Capabilities) {
        let least = max(capabilities.minimumPartBytes, 1)
        let most = max(capabilities.singlePutBytesMax, least)
        self.partBytes = min(max(partBytes, least), most)
        partBytesLimit = most
        partsMax = capabilities.maximumParts
        // A store that knows no limit of parts needs no growth.
        growthMax = capabilities.equalParts || capabilities.maximumParts == .max ? 1 : Self.growthMax
    }

    /// Parts of one length for an object of unknown length that may have `objectBytes`: no shorter than `partBytes`,
    /// and so long that the store takes as many as that needs. What holds one part holds every part of the object.
    package init(objectBytes: UInt64, partBytes: Int, for capabilities: Capabilities) {
        let count = UInt64(clamping: max(capabilities.maximumParts, 1))
        let needed = objectBytes / count + (objectBytes % count > 0 ? 1 : 0)
        var equal = capabilities
        equal.equalParts = true
        self.init(partBytes: max(partBytes, Int(clamping: needed)), for: equal)
    }

    /// The length of part `number` (from 1) when it is not the last; nil when the store takes no part of that number.
    package func byteCount(ofPart number: Int) -> Int? {
        guard number >= 1, number <= partsMax else { return nil }
        return length(ofPart: number)
    }

    /// The longest part of an object of `objectBytes`: with the number of parts in flight, the memory of a writer.
    package func longestPartBytes(objectBytes: UInt64) -> Int {
        var left = objectBytes
        var number = 1
        while growthMax > 1 {
            let run = number <= Self.partsBeforeGrowth ? Self.partsBeforeGrowth : Self.partsPerDoubling
            let length = length(ofPart: number)
            let (bytes, overflow) = UInt64(length).multipliedReportingOverflow(by: UInt64(run))
            if overflow || left <= bytes || length == longest { return length }
            left -= bytes
            number += run
        }
        return partBytes
    }

    /// No part is longer.
    private var longest: Int { scaled(by: growthMax) }

    private func length(ofPart number: Int) -> Int {
        guard growthMax > 1, number > Self.partsBeforeGrowth else { return partBytes }
        let doublings = 1 + (number - Self.partsBeforeGrowth - 1) / Self.partsPerDoubling
        let growth = doublings < Int.bitWidth - 1 ? 1 << doublings : Int.max
        return scaled(by: min(growth, growthMax))
    }

    private func scaled(by growth: Int) -> Int {
        let (length, overflow) = partBytes.multipliedReportingOverflow(by: growth)
        return overflow ? partBytesLimit : min(length, partBytesLimit)
    }
}
