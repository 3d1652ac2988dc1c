import Format

/// One file key, and its slots, for several streams: sealing it to a recipient takes as long as sealing 90 KiB.
package final class SharedFileKey: Sendable {
    let keys: StreamKeys
    let slots: [StreamHeader.Slot]

    /// Draws the file key, and an ephemeral key for each recipient of `parameters`.
    package init(_ parameters: SealParameters, random: Randomness = .system) throws(CodecError) {
        let keys = parameters.layout.cipher == .none ? StreamKeys(unencrypted: ()) : StreamKeys(random: random)
        slots = try StreamSealer.slots(parameters, keys, random)
        self.keys = keys
    }
}
