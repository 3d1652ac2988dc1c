import Format

extension StreamFailure {
    /// What to do about a refused object: a sentence, or nil when the failure says it all.
    var hint: String? {
        switch self {
        case .unsupportedVersion: "A newer release of Trunkline can read it."
        case .notEncrypted: "Accept it only if encryption is switched off for this cluster on purpose."
        case .noMatchingIdentity: "Give the identity file of one of the recipients it was sealed to."
        case .untrustedSigner: "Add the signer to the trusted ones if this host may write here."
        case .wrongNameOrDamaged: "Somebody renamed the object, or it is damaged; another repository may have a copy."
        case .notAStream, .badHeader, .headerForged, .badMessage, .truncated, .trailingBytes, .badTrailer,
            .lengthMismatch, .digestMismatch, .badSignature:
            "The object is damaged or forged; another repository may have a good copy."
        }
    }
}
