package import Format
import Platform
package import Storage
import Stream

/// A founded local repository, in a new directory below `directory`.
package func localStore(in directory: TemporaryDirectory, name: String = "test") throws -> LocalStore {
    let random = Entropy.bytes(8).map { String($0, radix: 16) }.joined()
    let store = LocalStore(root: "\(directory.path)/\(random)", name: name)
    try store.makeRoot()
    _ = try store.create(RepositoryLayout.marker, .copying([]), until: .never)
    return store
}

/// A key that is known to be one.
package func key(_ path: String) -> ObjectKey {
    guard let key = ObjectKey(path) else { preconditionFailure("\"\(path)\" is no key") }
    return key
}
