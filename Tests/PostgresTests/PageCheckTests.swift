import Format
import Postgres
import Testing

@Suite struct PageCheckTests {
    /// Name and block number of pages that a server wrote and pg_checksums found right.
    private static let vectors: [(String, UInt32)] = [("heap", 1), ("index", 1), ("fsm", 2), ("vm", 0)]

    private static let later = LSN(rawValue: .max)

    private static func page(_ vector: (String, UInt32)) throws -> [UInt8] {
        Vectors.octets(hexadecimal: try Vectors.text("page-\(vector.0)-\(vector.1).hex"))
    }

    private static func failures(_ bytes: [UInt8], firstBlock: UInt32, start: LSN = later) throws -> [UInt32] {
        let check = try #require(PageCheck(pageByteCount: 8192, startLSN: start))
        return check.failures(in: bytes.span.bytes, firstBlock: firstBlock)
    }

    @Test(arguments: vectors) func acceptsWhatAServerWrote(vector: (String, UInt32)) throws {
        let page = try Self.page(vector)
        #expect(page.count == PageCheck.pageByteCount)
        #expect(try Self.failures(page, firstBlock: vector.1) == [])
    }

    @Test(arguments: vectors) func noticesAnotherPlace(vector: (String, UInt32)) throws {
        let page = try Self.page(vector)
        for block in [vector.1 + 1, vector.1 + PageCheck.segmentPageCount, .max] {
            #expect(try Self.failures(page, firstBlock: block) == [block])
        }
    }

    /// Every byte but those that decide whether there is anything to check: the LSN and pd_upper. Of changes to these
    /// pages a sum of 16 bits happens to miss one in 65,535.
    @Test(arguments: vectors) func noticesChangedBytes(vector: (String, UInt32)) throws {
        var page = try Self.page(vector)
        var missed: [Int] = []
        for offset in Array(8..<14) + Array(16..<8192) {
            page[offset] ^= 0x10
            if try Self.failures(page, firstBlock: vector.1) != [vector.1] { missed.append(offset) }
            page[offset] ^= 0x10
        }
        #expect(missed.count <= 1, "bytes \(missed)")
    }

    @Test func passesOverWhatReplayPutsRight() throws {
        var page = try Self.page(("heap", 1))
        let lsn = LSN(
            rawValue: UInt64(LittleEndian.uint32(page.span, at: 0)) << 32
                | UInt64(LittleEndian.uint32(page.span, at: 4)))
        page[5000] ^= 1
        #expect(try Self.failures(page, firstBlock: 1, start: lsn) == [])
        #expect(try Self.failures(page, firstBlock: 1, start: LSN(rawValue: lsn.rawValue + 1)) == [1])
    }

    @Test func passesOverNewPages() throws {
        #expect(try Self.failures([UInt8](repeating: 0, count: 8192), firstBlock: 7) == [])
        var page = try Self.page(("heap", 1))
        page[14] = 0
        page[15] = 0
        #expect(try Self.failures(page, firstBlock: 1) == [])
    }

    /// At any alignment, and with half a page behind the last whole one.
    @Test func countsFromTheFirstBlock() throws {
        let page = try Self.page(("heap", 1))
        let bytes: [UInt8] = [0] + page + page + page + page.prefix(100)
        let check = try #require(PageCheck(pageByteCount: 8192, startLSN: Self.later))
        let span = bytes.span.bytes
        #expect(check.failures(in: span.extracting(droppingFirst: 1), firstBlock: 0) == [0, 2])
        #expect(check.failures(in: span.extracting(first: 100), firstBlock: 0) == [])
    }

    @Test func knowsOnePageSize() {
        for size: UInt32 in [0, 1024, 4096, 16_384, 32_768] {
            #expect(PageCheck(pageByteCount: size, startLSN: .invalid) == nil)
        }
    }
}
