import Format
import Testing

@Suite struct AgentFrameHeaderTests {
    private static let ping: [UInt8] = Array("TLWA".utf8) + [1, 0, 3, 0, 10, 0, 0, 0]

    @Test func isReadAsItIsWritten() throws {
        let frame = AgentRequest.ping.encoded()
        #expect(frame == Self.ping + Array(repeating: 0, count: 10))
        let header = try AgentFrameHeader(Array(frame.prefix(AgentFrameHeader.byteCount)))
        #expect(header.version == AgentProtocol.version)
        #expect(header.kind == AgentFrameKind.ping.rawValue)
        #expect(header.bodyByteCount == 10)
    }

    @Test func everyShorterOneIsRefused() {
        for count in 0..<AgentFrameHeader.byteCount {
            let error = #expect(throws: FormatError.self) { try AgentFrameHeader(Array(Self.ping.prefix(count))) }
            #expect(error?.code == .tooShort)
        }
    }

    @Test(arguments: 0..<4) func anotherMagicIsRefused(offset: Int) {
        var octets = Self.ping
        octets[offset] ^= 0x20
        let error = #expect(throws: FormatError.self) { try AgentFrameHeader(octets) }
        #expect(error?.code == .notRecognised)
    }

    @Test func longBodiesAreRefused() throws {
        var octets = Self.ping
        octets.replaceSubrange(8..., with: [0x00, 0x40, 0, 0])
        #expect(try AgentFrameHeader(octets).bodyByteCount == AgentProtocol.bodyByteCountMax)
        for length in [[0x01, 0x40, 0, 0], [0, 0, 0, 0x80], [0xFF, 0xFF, 0xFF, 0xFF]] as [[UInt8]] {
            octets.replaceSubrange(8..., with: length)
            let error = #expect(throws: FormatError.self) { try AgentFrameHeader(octets) }
            #expect(error?.code == .tooLong)
        }
    }

    /// A client of another version is to be told so, whatever its frames look like.
    @Test func otherVersionsAreRead() throws {
        var octets = Self.ping
        octets[7] = 9
        #expect(throws: FormatError(.badValue, "agent frame", "its reserved byte is 9")) {
            try AgentFrameHeader(octets)
        }
        octets.replaceSubrange(4..<7, with: [2, 1, 77])
        let header = try AgentFrameHeader(octets)
        #expect(header.version == 0x0102)
        #expect(header.kind == 77)
    }
}
