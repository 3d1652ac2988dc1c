/// Where the content of an artifact goes.
package protocol ArtifactSink: ContentSink {
    /// Whether anything was tried to be written: from then on another repository cannot help any more.
    var hasBegun: Bool { get }

    /// All of it has been written, and was found right.
    func finish() throws(OperationError)
}
