import Codec
package import Format
package import Platform
package import Storage
import Stream

/// Turns sealed objects back into content: range reads, ahead → open → decompress → a sink.
///
/// All objects share one gang of threads. The memory is bounded by `explainMemory`, whatever the length.
package final class OpenPipeline: Sendable {
    private let settings: OpenSettings
    private let gang: Gang<OpenScratch>
    private let pieces: BlockPool

    package init(_ settings: OpenSettings) throws(OperationError) {
        self.settings = settings
        pieces = BlockPool(
            name: "pieces of sealed objects", blockCapacity: settings.readBytes,
            blockCount: Self.pieceCount(settings))
        do throws(PlatformError) {
            gang = try Gang(name: "open", members: settings.threads) { OpenScratch() }
        } catch {
            throw OperationError(error)
        }
    }

    /// Opens the object `key` of `store` and hands its content to `sink`; nil when the store has no such object.
    ///
    /// Only after it has returned is the content known to be whole and genuine. Throws the first failure, once no
    /// thread is in the object any more.
    package func open(
        _ key: ObjectKey, of store: any Store, into sink: any ContentSink, until deadline: Deadline
    ) throws(OperationError) -> OpenedObject? {
        let reader = ObjectReader(store: store, key: key, pool: pieces, ahead: settings.readsAhead, until: deadline)
        do throws(StoreError) {
            guard case .found = try reader.open() else { return nil }
        } catch {
            throw OperationError(error)
        }
        let job = try OpenJob(reader, parameters: settings.parameters, sink: sink, until: deadline)
        gang.run(job)
        return try job.result()
    }

    /// Adds the bound on what opening objects of `layout` keeps in memory, term by term.
    package static func explainMemory(_ settings: OpenSettings, layout: StreamLayout, into sum: inout MemorySum) {
        sum.add(
            "opening threads: data, block, zstd context", count: settings.threads,
            byteCount: OpenScratch.byteCount(layout))
        sum.add(
            "messages that arrive in pieces", count: settings.objects,
            byteCount: StreamOpener.stagingByteCount(layout))
        sum.add("pieces of sealed objects", count: pieceCount(settings), byteCount: settings.readBytes)
    }

    /// Reads under way, the piece being opened and the one behind it.
    private static func pieceCount(_ settings: OpenSettings) -> Int {
        settings.objects * (settings.readsAhead + 2)
    }
}
