import Format
package import Platform
package import Storage

extension Repository {
    /// All objects whose key begins with `prefix`, in order; page by page, so that a listing takes the same memory
    /// whatever its length. Failures name the repository.
    package func forEachObject(
        below prefix: String, until deadline: Deadline, _ body: (ObjectInfo) throws(OperationError) -> Void
    ) throws(OperationError) {
        var after: ObjectKey?
        repeat {
            let page: Page
            do throws(StoreError) {
                page = try store.list(prefix: prefix, after: after, until: deadline)
            } catch {
                throw OperationError(error).noting("repository \"\(name)\"")
            }
            for object in page.objects { try body(object) }
            after = page.nextAfter
        } while after != nil
    }
}
