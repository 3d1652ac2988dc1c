/// What a request is signed with. Never printed: the description shows the key's id alone.
package struct Credentials: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// Public: it stands in every request.
    package let accessKeyID: String
    /// Never leaves this process.
    package let secretAccessKey: String
    /// Sent along with temporary credentials, and as secret as they are.
    package let sessionToken: String?

    /// Credentials, temporary ones with their token.
    package init(accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
    }

    package var description: String { "access key \"\(accessKeyID)\"" }
    package var debugDescription: String { description }
    /// `dump` and failed expectations of tests go by the mirror.
    package var customMirror: Mirror { Mirror(self, children: ["accessKeyID": accessKeyID]) }
}
