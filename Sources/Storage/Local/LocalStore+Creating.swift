package import Format
package import Platform
import Stream

/// What creating in one go and creating in parts have in common.
extension LocalStore {
    package func beginUpload(_ key: ObjectKey, until deadline: Deadline) throws(StoreError) -> UploadSession {
        try prepareCreation(of: key, .beginUpload, until: deadline)
        return UploadSession(
            key: key, id: uploads.add(LocalUpload(key: key, file: try temporaryFile(for: key, .beginUpload))))
    }

    package func upload(
        _ part: UploadPart, to session: UploadSession, until deadline: Deadline
    ) throws(StoreError) -> PartReceipt {
        try check(deadline, .upload, session.key.path)
        guard let upload = uploads.find(session) else { throw noSuchUpload(session, .upload) }
        return try upload.write(part)
    }

    package func complete(
        _ session: UploadSession, parts: [PartReceipt], until deadline: Deadline
    ) throws(StoreError) -> Creation {
        try check(deadline, .complete, session.key.path)
        guard let upload = uploads.find(session) else {
            // An earlier try may have succeeded without its answer reaching the caller.
            if try confirmExisting(session.key, .complete) { return .alreadyExists }
            throw noSuchUpload(session, .complete)
        }
        guard let file = try upload.takeFile(holding: parts) else { throw noSuchUpload(session, .complete) }
        uploads.remove(session)
        return try commit(file, session.key, .complete)
    }

    package func abort(_ session: UploadSession) {
        uploads.remove(session)?.drop()
    }

    func prepareCreation(
        of key: ObjectKey, _ operation: StoreOperation, until deadline: Deadline
    ) throws(StoreError) {
        try check(deadline, operation, key.path)
        guard AtomicFile.owner(ofTemporary: String(key.lastComponent)) == nil else {
            throw StoreError(.refused, operation, key.path, cause: "names of this form are those of temporary files")
        }
        try requireRoot(for: key, operation)
    }

    /// A hidden file in the object's own directory, which is made where it is missing.
    func temporaryFile(for key: ObjectKey, _ operation: StoreOperation) throws(StoreError) -> AtomicFile {
        try mapped(key, operation) { () throws(PlatformError) in
            do throws(PlatformError) {
                return try newTemporaryFile(for: key)
            } catch  where error.errno == .noSuchFile {
                try directories.make(for: key, permissions: Self.directoryPermissions)
                return try newTemporaryFile(for: key)
            }
        }
    }

    /// Gives the file its name, durably.
    func commit(
        _ file: consuming AtomicFile, _ key: ObjectKey, _ operation: StoreOperation
    ) throws(StoreError) -> Creation {
        var file: AtomicFile? = consume file
        let created = try mapped(key, operation) { () throws(PlatformError) -> Bool in
            try directories.settle(for: key)
            return try file.take()?.commit(overwrite: .never, durable: true) ?? false
        }
        if created { return .created }
        // Deleted again since: it did exist when the kernel compared the names.
        _ = try confirmExisting(key, operation)
        return .alreadyExists
    }

    /// Whether the object exists; if so, it is durable from now on, whatever became of the process that wrote it.
    func confirmExisting(_ key: ObjectKey, _ operation: StoreOperation) throws(StoreError) -> Bool {
        let path = path(of: key)
        let found: FileStatus.Kind? = try mapped(key, operation) { () throws(PlatformError) in
            guard let status = try FileSystem.status(of: path, followLinks: true) else { return nil }
            if status.kind == .regular {
                try Descriptor.open(path, .read).synchronize()
                try directories.synchronize(for: key)
                try directories.settle(for: key)
            }
            return status.kind
        }
        guard let found else { return false }
        guard found == .regular else {
            throw StoreError(.refused, operation, key.path, cause: "\"\(path)\" exists and is no regular file")
        }
        return true
    }

    private func newTemporaryFile(for key: ObjectKey) throws(PlatformError) -> AtomicFile {
        try AtomicFile(
            directory: directories.path(of: key), name: String(key.lastComponent), permissions: Self.filePermissions)
    }

    private func noSuchUpload(_ session: UploadSession, _ operation: StoreOperation) -> StoreError {
        StoreError(.refused, operation, session.key.path, cause: "no such upload is in progress")
    }
}
