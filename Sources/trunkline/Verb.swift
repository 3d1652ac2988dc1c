/// Everything the program can do.
package enum Verb: String, CaseIterable, Sendable {
    case initialize = "init"
    case keyNew = "key new"
    case keyShow = "key show"
    case walPush = "wal push"
    case walFetch = "wal fetch"
    /// The background half of `wal fetch`.
    case walPrefetch = "wal prefetch"
    case walList = "wal list"
    case agent
    case backup
    case restore
    case artifactPut = "artifact put"
    case artifactGet = "artifact get"
    case artifactList = "artifact list"
    case list
    case show
    case verify
    case metrics
    case version

    /// Whether only the program itself uses it: nobody is told of it.
    package var isInternal: Bool { self == .walPrefetch }

    /// `["wal", "push"]`.
    package var words: [String] { rawValue.split(separator: " ").map(String.init) }
}
