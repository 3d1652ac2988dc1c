extension BackupManifest {
    /// That the paths make up one tree: every parent is a directory of the manifest (or the data directory itself), and
    /// nothing is a file and a directory. Behind a link there may be nothing: what it led to may have been dropped.
    ///
    /// Bytes are compared: to `String`, two spellings of one letter would be one path.
    func checkPlaces() throws(FormatError) {
        let folders = Set(directories.map { Array($0.path.utf8) })
        for directory in directories { try Self.checkParent(of: directory.path, folders) }
        for link in links { try Self.checkParent(of: link.path, folders) }
        for file in files {
            try Self.checkParent(of: file.path, folders)
            guard !folders.contains(Array(file.path.utf8)) else {
                throw Self.wrong("\"\(file.path)\" is a file and a directory")
            }
        }
    }

    private static func checkParent(of path: String, _ folders: Set<[UInt8]>) throws(FormatError) {
        let bytes = Array(path.utf8)
        guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return }
        guard folders.contains(Array(bytes[..<slash])) else {
            throw wrong("\"\(path)\" is in no directory of the backup")
        }
    }

    private static func wrong(_ cause: String) -> FormatError { FormatError(.badValue, noun, cause) }
}
