/// The answer to a call that creates.
package enum Creation: Sendable, Equatable {
    /// This call made the object.
    case created
    /// There was an object of that name, which is durable and unchanged. It may be what an earlier try of this very
    /// call made whose reply was lost: callers compare the content.
    case alreadyExists
}
