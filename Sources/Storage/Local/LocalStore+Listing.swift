package import Format
package import Platform

extension LocalStore {
    package func list(
        prefix: String, after: ObjectKey?, until deadline: Deadline
    ) throws(StoreError) -> Page {
        try requireRoot(for: nil, .list)
        var listing = LocalListing(root: root, prefix: prefix, after: after, until: deadline)
        try listing.run()
        // Directories that vanish are empty; the whole disk must not.
        try requireRoot(for: nil, .list)
        return listing.page
    }
}
