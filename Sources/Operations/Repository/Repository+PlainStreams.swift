package import Codec
package import Format
package import Platform

extension Repository {
    /// The plain stream `key`; nil when there is none.
    ///
    /// - Parameters:
    ///   - limit: bytes of content; an object that cannot hold so little is damaged.
    ///   - signers: as for `PlainStream.open`.
    package func readPlain(
        _ key: ObjectKey, limit: Int, signers: [Codec.Signer], until deadline: Deadline
    ) throws(OperationError) -> PlainStream.Opened? {
        do throws(OperationError) {
            let bytes = PlainStream.sealedByteCount(contentByteCount: limit)
            guard let octets = try readSmall(key, limit: bytes, until: deadline) else { return nil }
            return try PlainStream.open(octets, as: key, signers: signers)
        } catch {
            throw error.noting("repository \"\(name)\"")
        }
    }

    /// Creates an object made by `PlainStream.seal`. That it is there already with the same octets is success: a reply
    /// may have been lost. With others it is `differentContent`, and nothing changes.
    package func createPlain(
        _ key: ObjectKey, _ sealed: [UInt8], until deadline: Deadline
    ) throws(OperationError) {
        do throws(OperationError) {
            if try createSmall(key, sealed, until: deadline) { return }
            guard try readSmall(key, limit: sealed.count, until: deadline) != sealed else { return }
            throw OperationError(
                .differentContent, operation: "create", object: key.path,
                cause: "other content is stored under this name, which is never overwritten")
        } catch {
            throw error.noting("repository \"\(name)\"")
        }
    }
}
