import Codec
import Synchronization

/// Randomness that was recorded: each draw takes the next octets.
final class Tape: Sendable {
    private let rest: Mutex<ArraySlice<UInt8>>

    init(_ octets: [UInt8]) { rest = Mutex(octets[...]) }

    var isEmpty: Bool { rest.withLock { $0.isEmpty } }

    var randomness: Randomness {
        Randomness { target in
            self.rest.withLock { rest in
                precondition(rest.count >= target.count, "the tape is long enough")
                target.copyBytes(from: rest.prefix(target.count))
                rest.removeFirst(target.count)
            }
        }
    }

    static func seeded(_ seed: UInt64) -> Randomness { Tape(Octets.noise(4096, seed: seed)).randomness }
}
