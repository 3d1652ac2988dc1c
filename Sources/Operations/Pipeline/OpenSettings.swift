package import Codec

/// How a process opens what it reads back.
package struct OpenSettings: Sendable {
    package let parameters: OpenParameters
    /// Members of the gang: threads that decompress, over all objects.
    package let threads: Int
    /// Objects read at the same time.
    package let objects: Int
    /// Bytes of one range read.
    package let readBytes: Int
    /// Range reads of one object under way at once.
    package let readsAhead: Int

    package init(parameters: OpenParameters, threads: Int, objects: Int, readBytes: Int, readsAhead: Int) {
        self.parameters = parameters
        self.threads = threads
        self.objects = objects
        self.readBytes = readBytes
        self.readsAhead = readsAhead
    }
}
