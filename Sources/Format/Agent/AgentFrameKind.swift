/// What a frame of version 1 is about.
package enum AgentFrameKind: UInt8, CaseIterable, Sendable {
    /// Asks to store a WAL file.
    case push = 1
    /// Asks to bring one back.
    case fetch = 2
    /// Asks whether anybody is there.
    case ping = 3
    /// The request is over.
    case finished = 0x81
    /// The request is under way.
    case working = 0x82
    /// The agent will not do it.
    case declined = 0x83
}
