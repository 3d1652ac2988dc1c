import Format
import Platform

extension RestoreTree {
    /// Removes everything that the backup does not have from the data directory, and from the server's own directories
    /// in its tablespaces (`PG_15_202209061`); what else is in the place of a tablespace is somebody else's.
    func removeStrangers(keeping kept: Set<String>) throws(OperationError) {
        let directories = directories()
        var known = Set(directories.map(\.path)).union(manifest.files.indices.map(path)).union(kept)
        for tablespace in paths.tablespaces {
            known.insert("\(paths.root)/\(RestorePaths.tablespaceDirectory)/\(tablespace.oid)")
        }
        let places = Set(paths.tablespaces.map(\.target))
        do throws(PlatformError) {
            for (path, _) in directories where !places.contains(path) {
                guard try FileSystem.status(of: path)?.kind == .directory else { continue }
                for name in try FileSystem.list(path) where !known.contains("\(path)/\(name)") {
                    try FileSystem.removeTree("\(path)/\(name)")
                }
            }
        } catch {
            throw OperationError(error, doing: "remove")
        }
    }
}
