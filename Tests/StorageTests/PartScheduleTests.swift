import Storage
import TestSupport
import Testing

@Suite struct PartScheduleTests {
    private static let mebibyte = 1 << 20

    /// S3 as documented: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
    private static let s3 = Capabilities(
        conditionalCreate: true, conditionalComplete: true, checksums: true, minimumPartBytes: 5 << 20,
        maximumParts: 10_000, equalParts: false, singlePutBytesMax: 5 << 30)

    @Test func constantThenGrowing() {
        let schedule = PartSchedule(partBytes: 16 * Self.mebibyte, for: Self.s3)
        let lengths = [1, 5_000, 5_001, 5_625, 5_626, 6_251, 6_876, 10_000].map { number in
            schedule.byteCount(ofPart: number).map { $0 / Self.mebibyte }
        }
        #expect(lengths == [16, 16, 32, 32, 64, 128, 256, 256])
        #expect(schedule.byteCount(ofPart: 10_001) == nil)
        #expect(schedule.byteCount(ofPart: 0) == nil)
    }

    /// What the documentation of `growthMax` says.
    @Test func longestObject() {
        let schedule = PartSchedule(partBytes: 16 * Self.mebibyte, for: Self.s3)
        let bytes = (1...10_000).reduce(0) { $0 + (schedule.byteCount(ofPart: $1) ?? 0) }
        #expect(bytes >> 30 == 996)
    }

    @Test func equalPartsStayEqual() {
        var capabilities = Self.s3
        capabilities.equalParts = true
        let schedule = PartSchedule(partBytes: 8 * Self.mebibyte, for: capabilities)
        #expect(schedule.byteCount(ofPart: 10_000) == 8 * Self.mebibyte)
        #expect(schedule.longestPartBytes(objectBytes: .max) == 8 * Self.mebibyte)
    }

    @Test func movedIntoWhatTheStoreAllows() {
        #expect(PartSchedule(partBytes: 1, for: Self.s3).partBytes == 5 << 20)
        #expect(PartSchedule(partBytes: 6 << 30, for: Self.s3).partBytes == 5 << 30)
        #expect(PartSchedule(partBytes: 4 << 30, for: Self.s3).byteCount(ofPart: 9_000) == 5 << 30)
        #expect(PartSchedule(partBytes: -1, for: MemoryStore.smallCapabilities).partBytes == 1)
    }

    @Test func unlimitedStoresNeedNoGrowth() {
        var capabilities = Self.s3
        capabilities.maximumParts = .max
        let schedule = PartSchedule(partBytes: 5 << 20, for: capabilities)
        #expect(schedule.byteCount(ofPart: .max) == 5 << 20)
        #expect(schedule.longestPartBytes(objectBytes: .max) == 5 << 20)
    }

    @Test func longestPartFollowsTheObject() {
        let schedule = PartSchedule(partBytes: 16 * Self.mebibyte, for: Self.s3)
        let constant = UInt64(5_000 * 16 * Self.mebibyte)
        #expect(schedule.longestPartBytes(objectBytes: 0) == 16 * Self.mebibyte)
        #expect(schedule.longestPartBytes(objectBytes: constant) == 16 * Self.mebibyte)
        #expect(schedule.longestPartBytes(objectBytes: constant + 1) == 32 * Self.mebibyte)
        #expect(schedule.longestPartBytes(objectBytes: .max) == 256 * Self.mebibyte)
    }

    /// Whatever the length, a buffer for one part is enough, and the object fits.
    @Test func equalPartsForALongObject() {
        let bytes: UInt64 = 625 << 30
        let schedule = PartSchedule(objectBytes: bytes, partBytes: 16 << 20, for: Self.s3)
        #expect(schedule.partBytes == 64 << 20)
        #expect(schedule.byteCount(ofPart: 10_000) == 64 << 20)
        #expect(schedule.longestPartBytes(objectBytes: .max) == 64 << 20)
        #expect(PartSchedule(objectBytes: bytes, partBytes: 100 << 20, for: Self.s3).partBytes == 100 << 20)
        #expect(PartSchedule(objectBytes: bytes + 1, partBytes: 1, for: Self.s3).partBytes == (64 << 20) + 1)
        #expect(PartSchedule(objectBytes: .max, partBytes: 1, for: Self.s3).partBytes == 5 << 30)
        var capabilities = Self.s3
        capabilities.maximumParts = .max
        #expect(PartSchedule(objectBytes: bytes, partBytes: 16 << 20, for: capabilities).partBytes == 16 << 20)
    }
}
