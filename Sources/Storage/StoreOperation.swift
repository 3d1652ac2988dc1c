/// The calls of `Store`, by the word that messages and measurements use.
package enum StoreOperation: String, Sendable, CaseIterable {
    case create
    case beginUpload = "begin upload of"
    case upload = "upload part of"
    case complete = "complete upload of"
    case abort = "abort upload of"
    case read
    case readTail = "read end of"
    case head = "look up"
    case list
    case delete
}
