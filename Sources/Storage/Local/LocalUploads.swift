import Platform

/// The uploads in progress of one store value, by the number that is their session's id.
final class LocalUploads: Sendable {
    private struct State {
        var lastNumber = 0
        var uploads: [String: LocalUpload] = [:]
    }

    private let state = Gate(State())

    /// The id of the new session.
    func add(_ upload: LocalUpload) -> String {
        state.withLock {
            $0.lastNumber += 1
            $0.uploads["\($0.lastNumber)"] = upload
            return "\($0.lastNumber)"
        }
    }

    func find(_ session: UploadSession) -> LocalUpload? {
        state.withLock { $0.uploads[session.id] }
    }

    @discardableResult
    func remove(_ session: UploadSession) -> LocalUpload? {
        state.withLock { $0.uploads.removeValue(forKey: session.id) }
    }
}
