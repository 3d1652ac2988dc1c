/// A filled block that no longer changes, shared by reference; the last reference gives it back to its pool.
///
/// `@unchecked Sendable`: the block is written by nobody after `init` and taken out only in `deinit`.
package final class FrozenBlock: @unchecked Sendable {
    /// Bytes in use.
    package let count: Int
    private var block: Block?
    private let pool: BlockPool?

    /// Takes the block over, from `pool` or, if nil, from nowhere, in which case it is freed at the end.
    package init(freezing block: consuming Block, pool: BlockPool?) {
        count = block.count
        self.block = consume block
        self.pool = pool
    }

    deinit {
        if let pool, let block = block.take() { pool.give(block) }
    }

    /// Lends the bytes.
    package func withBytes<R: ~Copyable, E: Error>(_ body: (RawSpan) throws(E) -> R) throws(E) -> R {
        switch block {
        case .some(let block): return try block.withBytes(body)
        case .none: preconditionFailure("the block is there until deinit")
        }
    }

    /// Lends the bytes as octets, the form the parsers of Format take.
    package func withOctets<R: ~Copyable, E: Error>(_ body: (Span<UInt8>) throws(E) -> R) throws(E) -> R {
        switch block {
        case .some(let block): return try block.withOctets(body)
        case .none: preconditionFailure("the block is there until deinit")
        }
    }
}
