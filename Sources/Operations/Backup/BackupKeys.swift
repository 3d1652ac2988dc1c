import Codec
import Format

extension HostKeys {
    /// How chapters are sealed: to the same recipients as everything else. The signed manifest vouches for them, so
    /// that they carry no signature and no digest of their own.
    func chapterParameters() throws(OperationError) -> SealParameters {
        let parameters = try sealParameters()
        do throws(CodecError) {
            return try SealParameters(
                layout: StreamLayout(cipher: parameters.layout.cipher, compression: .zstd, blockSize: .standard),
                recipients: parameters.recipients)
        } catch {
            throw OperationError(error)
        }
    }
    /// Who can read what this host stores now; nobody in particular when it is not encrypted.
    static func readers(_ parameters: SealParameters) -> [String] { parameters.recipients.map(\.text).sorted() }

    /// Whether everybody who is to read what is stored now can read packs that were sealed to `known`: what refers to
    /// other packs would be lost to them.
    static func canRead(_ readers: [String], packsSealedTo known: [String]) -> Bool {
        readers.isEmpty == known.isEmpty && Set(readers).isSubset(of: known)
    }
}
