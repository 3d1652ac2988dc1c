import Codec
package import Format
package import Platform
import Storage
import Stream

/// Copies sealed objects byte for byte from one of several repositories into another; no key is needed for it.
///
/// What is read must end in the trailer of a sealed stream of its length and name: anything else would stay in the
/// target for ever, under a name that is never overwritten. Memory is that of the pool, whatever the objects' length.
package final class ObjectCopy: Sendable {
    private let target: Repository
    private let sources: [Repository]
    private let comparison: ContentComparison
    private let pool: BlockPool

    /// Bytes of one range read: most sealed segments take two.
    private static let readBytes = 1 << 20
    /// Hides the latency of the next read behind the last.
    private static let readsAhead = 2
    /// One part is sent while the next is read.
    private static let parallelParts = 1
    /// A segment has at most 1 GiB, and sealing adds little: parts are cut so that twice that fits.
    private static let objectBytesMax: UInt64 = 2 << 30

    package enum Outcome: Equatable, Sendable {
        case copied
        /// The target has the same content under this name.
        case alreadyThere
        /// No source has such an object (any more).
        case missing
    }

    /// - Parameters:
    ///   - sources: where objects are read, in order of preference; at least one.
    ///   - comparison: tells the same content from another where the target has an object of the name.
    ///   - lanes: objects copied at the same time.
    init(to target: Repository, from sources: [Repository], comparison: ContentComparison, lanes: Int) {
        self.target = target
        self.sources = sources
        self.comparison = comparison
        pool = BlockPool(
            name: "objects copied to \(target.name)", blockCapacity: Self.readBytes,
            blockCount: lanes * Self.blockCount(target))
    }

    /// For messages.
    var targetName: String { "repository \"\(target.name)\"" }

    /// The bound on what one lane keeps in memory.
    static func laneByteCount(to target: Repository) -> Int { blockCount(target) * readBytes }

    /// Copies one object. Other content under its name in the target is `differentContent`, and stays.
    ///
    /// - Parameter require: throws where a source is the wrong place to say that there is no such object.
    package func copy(
        _ key: ObjectKey, until deadline: Deadline, require: (_ source: Repository) throws(OperationError) -> Void
    ) throws(OperationError) -> Outcome {
        var answers = RepositoryAnswers()
        for source in sources {
            do throws(Failure) {
                if let outcome = try copy(key, from: source, deadline, require) { return outcome }
                answers.add(.missing, from: source.name)
            } catch {
                switch error {
                case .source(let error): answers.add(.trouble(error), from: source.name)
                case .target(let error): throw error.noting("repository \"\(target.name)\"")
                }
            }
        }
        switch answers.verdict {
        case .missing: return .missing
        case .trouble(let error): throw error
        }
    }

    /// Where something failed: another source may do better, another target there is not.
    private enum Failure: Error {
        case source(OperationError)
        case target(OperationError)
    }

    /// Nil when the source says that there is no such object.
    private func copy(
        _ key: ObjectKey, from source: Repository, _ deadline: Deadline,
        _ require: (Repository) throws(OperationError) -> Void
    ) throws(Failure) -> Outcome? {
        let reader = ObjectReader(store: source.store, key: key, pool: pool, ahead: Self.readsAhead, until: deadline)
        guard let byteCount = try open(reader) else {
            do throws(OperationError) { try require(source) } catch { throw .source(error) }
            return nil
        }
        let writer = ObjectWriter(
            store: target.store, key: key, schedule: target.schedule(objectBytes: Self.objectBytesMax),
            parallelParts: Self.parallelParts, until: deadline)
        var tail = ObjectTail()
        while let block = try next(reader) {
            tail.append(block)
            do throws(StoreError) { try writer.write(Content(block)) } catch { throw .target(OperationError(error)) }
        }
        do throws(OperationError) { try tail.check(key, byteCount: byteCount) } catch { throw .source(error) }
        let creation: Creation
        do throws(StoreError) { creation = try writer.commit() } catch { throw .target(OperationError(error)) }
        guard creation == .alreadyExists else { return .copied }
        do throws(OperationError) {
            try comparison.requireSame(key, asIn: source, in: target, until: deadline)
        } catch {
            throw .target(error)
        }
        return .alreadyThere
    }

    private func open(_ reader: ObjectReader) throws(Failure) -> UInt64? {
        do throws(StoreError) {
            guard case .found(let byteCount) = try reader.open() else { return nil }
            return byteCount
        } catch {
            throw .source(OperationError(error))
        }
    }

    private func next(_ reader: ObjectReader) throws(Failure) -> FrozenBlock? {
        do throws(StoreError) { return try reader.next() } catch { throw .source(OperationError(error)) }
    }

    /// What one object may hold: the parts that are sent and filled, a block that reaches into the next part, and the
    /// reads ahead with the block in hand.
    private static func blockCount(_ target: Repository) -> Int {
        let partBytes = target.schedule(objectBytes: objectBytesMax).partBytes
        let blocksOfParts = (partBytes * (parallelParts + 1) + readBytes - 1) / readBytes
        return blocksOfParts + 1 + readsAhead + 2
    }
}

/// The last bytes of an object that comes by in blocks.
private struct ObjectTail {
    private var octets: [UInt8] = []

    mutating func append(_ block: FrozenBlock) {
        let last = block.withBytes { bytes in
            let start = max(bytes.byteCount - StreamTrailer.byteCount, 0)
            return bytes.extracting(start..<bytes.byteCount).octets(first: StreamTrailer.byteCount)
        }
        octets = Array((octets + last).suffix(StreamTrailer.byteCount))
    }

    /// Throws unless they are the trailer of a sealed stream of this length and name. Whom it is signed by is the
    /// readers' business.
    func check(_ key: ObjectKey, byteCount: UInt64) throws(OperationError) {
        do throws(CodecError) {
            _ = try TrailerReading(octets.span, objectByteCount: byteCount, name: key)
        } catch {
            throw OperationError(error)
        }
    }
}
