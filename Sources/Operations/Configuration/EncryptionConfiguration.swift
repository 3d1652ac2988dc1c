/// `[encryption]`: to whom everything is sealed, and with which keys this host reads and signs.
///
/// Key texts and files are only named here; they are parsed and opened by the verbs that need them, so that a push
/// never touches an identity.
package struct EncryptionConfiguration: Equatable, Sendable {
    package enum Mode: Equatable, Sendable {
        case sealed
        /// Nothing is encrypted or protected against forgery. Allowed, and said loudly.
        case none
    }

    package let mode: Mode
    /// Key texts of those who can read what this host writes; with `sealed`, empty only on a host that just reads.
    package let recipients: [String]
    /// Absolute paths of identity files: `identity` and then `identities`.
    package let identityFiles: [String]
    /// Opens identities that a passphrase protects.
    package let passphraseFile: String?
    package let digestKeyFile: String?
    package let signingKeyFile: String?
    /// Key texts of the hosts whose signatures count; when empty, every good signature does.
    package let signers: [String]

    init(_ settings: SectionSettings, problems: inout [ConfigurationProblem]) {
        mode = settings.text("mode") == "none" ? .none : .sealed
        recipients = settings.list("recipients")
        identityFiles = (settings.text("identity").map { [$0] } ?? []) + settings.list("identities")
        passphraseFile = settings.text("passphrase-file")
        digestKeyFile = settings.text("digest-key")
        signingKeyFile = settings.text("signing-key")
        signers = settings.list("signers")
        check(settings, &problems)
    }

    private func check(_ settings: SectionSettings, _ problems: inout [ConfigurationProblem]) {
        let origin = settings.origin(of: "recipients")
        if recipients.count > ConfigurationLimits.recipientsMax {
            let most = ConfigurationLimits.recipientsMax
            problems.append(
                ConfigurationProblem(origin, "\"recipients\" has \(recipients.count) entries, the most are \(most)"))
        }
        if mode == .none && !recipients.isEmpty {
            problems.append(
                ConfigurationProblem(
                    settings.origin(of: "mode"), "\"mode\" is \"none\" although there are recipients",
                    hint: "Remove \"mode\" to encrypt, or \"recipients\" to leave everything readable."))
        }
        let mentionsKeys = ["recipients", "identity", "identities"].contains(where: settings.mentions)
        if mode == .sealed && !mentionsKeys {
            problems.append(
                ConfigurationProblem(
                    settings.origin, "\(settings.heading) names no recipient and no identity",
                    hint: "Make a key with \"trunkline key new\" and put its recipient into \"recipients\"."))
        }
    }
}
