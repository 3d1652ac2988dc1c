/// One parser under fire.
struct FuzzTarget: Sendable {
    let name: String
    /// Longer inputs are not tried: they cost time and find nothing that shorter ones do not.
    let byteCountMax: Int
    /// Inputs to begin with, as real as can be had.
    let seeds: @Sendable () throws -> [[UInt8]]
    /// Gives the bytes to the parser; errors it throws are right, traps and broken promises are finds.
    let run: @Sendable ([UInt8]) -> Void

    static let all = formats + agent + backups + postgres + codecs + storage + configuration
}

/// A promise of the parser under fire; the input that breaks it is kept like one that crashes.
func expect(_ condition: Bool, _ promise: String) {
    precondition(condition, promise)
}
