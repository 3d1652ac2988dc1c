import Format
import TestSupport
import Testing

@testable import Operations

@Suite struct JournalFrameTests {
    @Test func isReadAsItWasWritten() throws {
        var random = SeededRandom("frame")
        for ordinal in 1...200 {
            let frame = BackupJournalTests.frame(&random, ordinal: ordinal)
            let read = try JournalFrame(frame.encode())
            #expect(read == frame)
            #expect(read.encode() == frame.encode())
        }
    }

    /// The checksum around it excludes accidents; whatever else comes, nothing traps.
    @Test func anyOtherOctetsAreRefusedOrMeanSomething() throws {
        var random = SeededRandom("frame damage")
        let octets = BackupJournalTests.frame(&random, ordinal: 3).encode()
        for count in 0..<octets.count {
            #expect(throws: FormatError.self) { try JournalFrame(Array(octets.prefix(count))) }
        }
        #expect(throws: FormatError.self) { try JournalFrame(octets + [0]) }
        for _ in 0..<20_000 {
            var damaged = octets
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                damaged[Int.random(in: 0..<damaged.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            guard let frame = try? JournalFrame(damaged) else { continue }
            for block in frame.blocks {
                #expect(block.offset + block.byteCount <= frame.chapters[block.chapter].contentByteCount)
            }
            _ = BackupBase(nil, frames: [frame]).packs
        }
    }
}
