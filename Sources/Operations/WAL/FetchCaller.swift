/// On whose behalf a WAL file is fetched.
package enum FetchCaller: Equatable, Sendable {
    /// PostgreSQL in recovery that ends where a file is missing: it is kept waiting rather than told so wrongly.
    case recovery
    /// PostgreSQL as a standby, which asks again by itself.
    case standby
    /// pg_rewind, a script or a person: nothing is prefetched.
    case byHand
}
