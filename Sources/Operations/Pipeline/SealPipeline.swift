package import Codec
package import Format
package import Platform
import Stream

/// Turns streams of content into sealed objects: read → compress → seal → the writers of every repository.
///
/// All objects share one gang of threads: a lone object gets all of them, a batch gets one each. The memory is bounded
/// by `explainMemory`, whatever the length of the content.
package final class SealPipeline: Sendable {
    private let settings: SealSettings
    private let gang: Gang<SealScratch>
    private let chunks: BlockPool

    /// A chunk holds at least this many sealed messages, so that at most a quarter of it can stay empty.
    private static let messagesPerChunk = 4

    package init(_ settings: SealSettings) throws(OperationError) {
        self.settings = settings
        chunks = BlockPool(
            name: "sealed chunks", blockCapacity: Self.chunkByteCount(settings), blockCount: Self.chunkCount(settings))
        do throws(PlatformError) {
            gang = try Gang(name: "seal", members: settings.threads) { SealScratch(settings) }
        } catch {
            throw OperationError(error)
        }
    }

    /// Seals everything `source` yields under the name `key` and hands the chunks to `sink` in order.
    ///
    /// Returns after the last chunk has been handed over, or throws the first failure once no thread is in the object
    /// any more. Nothing is durable before the sink's owner commits.
    package func seal(
        _ source: any ContentSource, as key: ObjectKey, into sink: any ChunkSink, until deadline: Deadline
    ) throws(OperationError) -> ContentSummary {
        let job = try SealJob(
            source, key: key, parameters: settings.parameters, chunks: chunks, sink: sink, until: deadline)
        gang.run(job)
        return try job.result()
    }

    /// Adds the bound on what sealing keeps in memory, term by term.
    package static func explainMemory(_ settings: SealSettings, into sum: inout MemorySum) {
        sum.add(
            "sealing threads: block, encoded block, zstd context", count: settings.threads,
            byteCount: SealScratch.byteCount(settings.parameters.layout, level: settings.level))
        sum.add("sealed chunks", count: chunkCount(settings), byteCount: chunkByteCount(settings))
    }

    private static func chunkByteCount(_ settings: SealSettings) -> Int {
        messagesPerChunk
            * StreamSealer.sealedByteCount(dataByteCount: settings.parameters.layout.dataByteCountMax)
    }

    /// Each object must be able to gather a whole part and begin the next chunk, whatever the others hold: then some
    /// writer can always send, and what is sent comes back to the pool.
    private static func chunkCount(_ settings: SealSettings) -> Int {
        let filled = chunkByteCount(settings) / messagesPerChunk * (messagesPerChunk - 1)
        let perPart = (settings.partBytes + filled - 1) / filled
        return settings.objects * (perPart + 2)
    }
}
