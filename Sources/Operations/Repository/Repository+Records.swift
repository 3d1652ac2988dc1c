package import Format
package import Platform
package import Storage
import Stream

extension Repository {
    /// A small plain object as a whole; nil when there is none.
    package func readSmall(
        _ key: ObjectKey, limit: Int, until deadline: Deadline
    ) throws(OperationError) -> [UInt8]? {
        var block = Block(capacity: limit)
        do throws(StoreError) {
            guard case .found(let total) = try store.read(key, from: 0, into: &block, until: deadline) else {
                return nil
            }
            guard total <= UInt64(limit) else {
                throw StoreError(
                    .damaged, operation: "read", object: key.path,
                    cause: "\(total) bytes long, at most \(limit) expected")
            }
        } catch {
            throw OperationError(error)
        }
        return block.withOctets { octets in
            var copy: [UInt8] = []
            for index in octets.indices { copy.append(octets[index]) }
            return copy
        }
    }

    /// Creates a small plain object; false when one of that name is there, whatever it holds.
    package func createSmall(
        _ key: ObjectKey, _ octets: [UInt8], until deadline: Deadline
    ) throws(OperationError) -> Bool {
        do throws(StoreError) {
            return try store.create(key, Content.copying(octets), until: deadline) == .created
        } catch {
            throw OperationError(error)
        }
    }

    /// Throws unless the repository holds this system of the cluster: then, and only then, it can say of a file that it
    /// is missing, and take one.
    package func requireSystem(
        _ system: SystemIdentifier, of cluster: ClusterName, until deadline: Deadline
    ) throws(OperationError) {
        let found: Bool
        do throws(StoreError) {
            found = try store.head(RepositoryLayout.key(of: system, in: cluster), until: deadline) != nil
        } catch {
            throw OperationError(error)
        }
        guard !found else { return }
        throw OperationError(
            .configuration, operation: "look into repository", object: name,
            cause: "it holds no system \(system) of cluster \"\(cluster)\"",
            hint: "Check url and cluster name; run \"trunkline init\" for a new repository, and after pg_upgrade.")
    }

    /// Throws unless the repository holds some system of the cluster: a bucket's wrong prefix looks just like a
    /// repository without objects.
    package func requireCluster(_ cluster: ClusterName, until deadline: Deadline) throws(OperationError) {
        let page: Page
        do throws(StoreError) {
            page = try store.list(prefix: RepositoryLayout.systemsPrefix(of: cluster), after: nil, until: deadline)
        } catch {
            throw OperationError(error)
        }
        guard page.objects.isEmpty else { return }
        throw OperationError(
            .configuration, operation: "look into repository", object: name,
            cause: "it holds no system of cluster \"\(cluster)\"",
            hint: "Check url and cluster name; run \"trunkline init\" for a new repository.")
    }

    /// Calls `body` for every object whose key begins with `prefix`, in the order of keys. Page by page, so that a
    /// listing takes the same memory whatever its length.
    package func forEachObject(
        below prefix: String, until deadline: Deadline, _ body: (ObjectInfo) -> Void
    ) throws(OperationError) {
        var after: ObjectKey?
        repeat {
            do throws(StoreError) {
                let page = try store.list(prefix: prefix, after: after, until: deadline)
                page.objects.forEach(body)
                after = page.nextAfter
            } catch {
                throw OperationError(error)
            }
        } while after != nil
    }
}
