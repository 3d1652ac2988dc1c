package import Codec

/// How a process seals everything it stores.
package struct SealSettings: Sendable {
    package let parameters: SealParameters
    /// zstd's level.
    package let level: Int
    /// What most of the objects hold.
    package let kind: ZstdCompressor.Kind
    /// Members of the gang: threads that compress, over all objects.
    package let threads: Int
    /// Objects sealed at the same time.
    package let objects: Int
    /// Bytes of one part of an object that is sent in parts: the most a writer gathers before it sends.
    package let partBytes: Int

    package init(
        parameters: SealParameters, level: Int, kind: ZstdCompressor.Kind = .anything, threads: Int, objects: Int,
        partBytes: Int
    ) {
        self.parameters = parameters
        self.level = level
        self.kind = kind
        self.threads = threads
        self.objects = objects
        self.partBytes = partBytes
    }
}
