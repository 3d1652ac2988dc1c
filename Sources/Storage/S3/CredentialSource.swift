/// Where credentials come from.
///
/// Asked before every request, from any thread; what costs something is remembered by the source.
package protocol CredentialSource: Sendable {
    /// For messages: `environment`, `profile "x" of "/home/…/credentials"`.
    var description: String { get }

    /// Nil when this source has none, with what it looked at in `seen`, a phrase each.
    func credentials(seen: inout [String]) throws(StoreError) -> Credentials?

    /// Forgets these credentials, because the server called them expired or unknown. False where the next answer can
    /// only be the same; true also where another thread has forgotten them already.
    func forget(_ refused: Credentials) -> Bool
}

extension CredentialSource {
    /// The credentials, or an error that names everything that was looked at.
    func require(for object: String) throws(StoreError) -> Credentials {
        var seen: [String] = []
        if let found = try credentials(seen: &seen) { return found }
        throw StoreError(
            .denied, operation: "sign", object: object,
            cause: "no credentials found (\(seen.joined(separator: "; ")))",
            hint: "Set access-key-id and secret-access-key in the configuration, the variables AWS_ACCESS_KEY_ID and "
                + "AWS_SECRET_ACCESS_KEY, or a profile in ~/.aws/credentials.")
    }
}
