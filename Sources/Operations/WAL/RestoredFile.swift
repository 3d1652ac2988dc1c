import Platform
import Postgres
import Stream

/// A file that is being restored: not there before its first bytes are, and invisible under its name until `commit`.
///
/// A file that turns out to be missing, which most that PostgreSQL asks for are, so costs nothing on this side.
final class RestoredFile: ContentSink {
    private let place: FetchPlace
    private let state = Gate(State())

    private struct State: ~Copyable, Sendable {
        var opened: OpenedPlace?
        var head: [UInt8] = []

        mutating func write(_ bytes: RawSpan, at offset: UInt64, in place: FetchPlace) throws(PlatformError) {
            if offset == 0 { head = bytes.octets(first: SegmentCheck.headByteCount) }
            if opened == nil { opened = try place.open() }
            try opened?.file.write(bytes, at: offset)
        }
    }

    init(_ place: FetchPlace) {
        self.place = place
    }

    /// The first bytes of the file: enough for the check of a WAL header.
    var head: [UInt8] { state.withLock { $0.head } }

    func write(_ bytes: RawSpan, at offset: UInt64) throws(OperationError) {
        do throws(PlatformError) {
            try state.withLock { (state) throws(PlatformError) in try state.write(bytes, at: offset, in: place) }
        } catch {
            throw OperationError(error, doing: "write")
        }
    }

    /// Puts the complete file where it belongs. What was never written to is an empty file, as archived.
    func commit() throws(OperationError) {
        do throws(PlatformError) {
            if let opened = state.withLock({ $0.opened.take() }) {
                try opened.commit(to: place.target)
            } else {
                try place.open().commit(to: place.target)
            }
        } catch {
            throw OperationError(error, doing: "write")
        }
    }
}
