/// Is told how far a long operation has come. Called from any thread, and often: it returns at once.
package protocol ProgressObserver: Sendable {
    /// A phase begins: what is done, as a verb with its object ("read packs"), and how many bytes there will be; 0 when
    /// that is not known.
    func begin(_ phase: String, totalBytes: UInt64)

    /// So many bytes more are done.
    func advance(_ bytes: UInt64)

    /// The phase is over, whether it succeeded or not.
    func end()
}

/// Nobody is watching.
package struct NoProgress: ProgressObserver {
    package init() {}
    package func begin(_ phase: String, totalBytes: UInt64) {}
    package func advance(_ bytes: UInt64) {}
    package func end() {}
}
