package import Stream

/// Takes the sealed chunks of one object, in order, from one thread at a time.
package protocol ChunkSink: Sendable {
    /// Takes the next chunk; blocks while too much is under way. A sink that threw is not called again.
    func write(_ chunk: FrozenBlock) throws(OperationError)
}
