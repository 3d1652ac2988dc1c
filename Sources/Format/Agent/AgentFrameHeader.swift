/// The first octets of every frame between the agent and its clients; they mean the same in every version.
package struct AgentFrameHeader: Equatable, Sendable {
    /// Octets of it: magic (4), version (2), kind (1), reserved (1), octets of the body (4).
    package static let byteCount = 12

    /// The version of whoever wrote the frame.
    package let version: UInt16
    /// An `AgentFrameKind`, if the version is ours and the kind is known.
    package let kind: UInt8
    /// Octets that follow, at most `AgentProtocol.bodyByteCountMax`.
    package let bodyByteCount: Int

    private static let magic = Array("TLWA".utf8)
    private static let noun = "agent frame"

    /// - Parameter octets: `byteCount` of them.
    package init(_ octets: [UInt8]) throws(FormatError) {
        guard octets.count >= Self.byteCount else { throw FormatError(.tooShort, Self.noun, "it ends early") }
        guard octets.starts(with: Self.magic) else {
            throw FormatError(.notRecognised, Self.noun, "it does not begin as one")
        }
        let length = LittleEndian.uint32(octets.span, at: 8)
        guard length <= UInt32(AgentProtocol.bodyByteCountMax) else {
            throw FormatError(
                .tooLong, Self.noun,
                "its body has \(length) bytes, at most \(AgentProtocol.bodyByteCountMax) are allowed")
        }
        version = LittleEndian.uint16(octets.span, at: 4)
        kind = octets[6]
        bodyByteCount = Int(length)
        // Another version may have a use for it.
        guard octets[7] == 0 || version != AgentProtocol.version else {
            throw FormatError(.badValue, Self.noun, "its reserved byte is \(octets[7])")
        }
    }

    /// A whole frame of our version. The body is no longer than the bound.
    static func frame(_ kind: AgentFrameKind, body: [UInt8]) -> [UInt8] {
        precondition(body.count <= AgentProtocol.bodyByteCountMax, "whoever makes a body keeps to its bound")
        return magic + LittleEndian.octets(AgentProtocol.version) + [kind.rawValue, 0]
            + LittleEndian.octets(UInt32(body.count)) + body
    }
}
