package import Codec
package import Format
import Stream

/// Small objects that everybody may read and nobody may forge: sealed streams with cipher none and compression none,
/// signed when the host has a signing key (docs/FORMAT.md, "Plain streams").
///
/// What is put in is what comes out, octet for octet, and the same content of the same host makes the same object: two
/// of them are compared as they are.
package enum PlainStream {
    /// The largest content: a summary with a thousand packs has some tens of KiB.
    package static let contentByteCountMax = 4 << 20

    /// Content whose object was found right.
    package struct Opened: Equatable, Sendable {
        package let content: [UInt8]
        /// Who signed it; nil when nobody did. Trusted only if the reader named the signers it trusts.
        package let signer: Codec.Signer?
    }

    private static let layout = StreamLayout(cipher: .none, compression: .none, blockSize: .standard)

    /// Bytes of the object with so much content.
    package static func sealedByteCount(contentByteCount: Int) -> Int {
        let messages = max(1, (contentByteCount + layout.blockSize.byteCount - 1) / layout.blockSize.byteCount)
        return StreamHeader.byteCountMax + messages * StreamSealer.sealedByteCount(dataByteCount: 0) + contentByteCount
            + StreamTrailer.byteCount
    }

    /// The object that holds `content` under the name `key`.
    ///
    /// - Parameter host: whose signing key signs it; the rest of the parameters plays no part.
    package static func seal(
        _ content: [UInt8], as key: ObjectKey, by host: SealParameters
    ) throws(OperationError) -> [UInt8] {
        guard content.count <= contentByteCountMax else {
            throw OperationError(
                .internalFault, operation: "seal", object: key.path,
                cause: "\(content.count) bytes, a plain stream holds \(contentByteCountMax)")
        }
        do throws(CodecError) {
            let parameters = try SealParameters(layout: layout, recipients: [], signingKey: host.signingKey)
            var sealer = try StreamSealer(name: key, parameters: parameters)
            return try seal(Block(copying: content), as: key, with: &sealer)
        } catch {
            throw OperationError(error)
        }
    }

    /// The content of the object with these octets, if it was made for the name `key`.
    ///
    /// - Parameter signers: whose signatures count; empty for every good one, and for none.
    package static func open(
        _ octets: [UInt8], as key: ObjectKey, signers: [Codec.Signer]
    ) throws(OperationError) -> Opened {
        let parameters = OpenParameters(identities: [], signers: signers, acceptsUnencrypted: true)
        var opener = StreamOpener(name: key, parameters: parameters)
        var content: [UInt8] = []
        do throws(CodecError) {
            try Block(copying: octets).withBytes { (input) throws(CodecError) in
                try readMessages(input, with: &opener, into: &content)
            }
            let summary = Block(copying: content).withBytes { Self.summary(of: $0, as: key) }
            let report = try opener.finish(summary)
            return Opened(content: content, signer: report.signer)
        } catch {
            throw OperationError(error)
        }
    }

    private static func seal(
        _ content: borrowing Block, as key: ObjectKey, with sealer: inout StreamSealer
    ) throws(CodecError) -> [UInt8] {
        var object = Block(capacity: sealedByteCount(contentByteCount: content.count))
        try content.withBytes { (octets) throws(CodecError) in
            try object.append { (output) throws(CodecError) in
                try sealer.writeHeader(into: &output)
                try writeMessages(octets, with: &sealer, into: &output)
                try sealer.writeTrailer(summary(of: octets, as: key), into: &output)
            }
        }
        return object.withBytes { $0.octets(first: $0.byteCount) }
    }

    /// At least one message; the last one is final.
    private static func writeMessages(
        _ octets: RawSpan, with sealer: inout StreamSealer, into output: inout OutputRawSpan
    ) throws(CodecError) {
        var position = 0
        repeat {
            let end = min(position + layout.blockSize.byteCount, octets.byteCount)
            try sealer.seal(octets.extracting(position..<end), isFinal: end == octets.byteCount, into: &output)
            position = end
        } while position < octets.byteCount
    }

    private static func summary(of octets: RawSpan, as key: ObjectKey) -> ContentSummary {
        var digest = ContentDigest(nil, name: key)
        digest.append(LeafHasher(nil).hash(octets))
        return digest.finish()
    }

    /// Appends the data of all messages to `content`, which is never longer than the object.
    private static func readMessages(
        _ input: RawSpan, with opener: inout StreamOpener, into content: inout [UInt8]
    ) throws(CodecError) {
        var data = Block(capacity: 1)
        var decoder: BlockDecoder?
        var block = Block(capacity: 1)
        var position = 0
        while true {
            let rest = input.extracting(position..<input.byteCount)
            let advance = try data.append { (output) throws(CodecError) in try opener.advance(rest, into: &output) }
            position += advance.consumedByteCount
            switch advance.step {
            case .needsInput: return
            case .header(let layout):
                data = Block(capacity: layout.dataByteCountMax)
                block = Block(capacity: layout.blockSize.byteCount)
                decoder = try BlockDecoder(layout)
            case .message(let message):
                try data.withBytes { (bytes) throws(CodecError) in
                    try block.append { (output) throws(CodecError) in
                        try decoder?.decode(bytes, of: message, into: &output)
                    }
                }
                content += block.withBytes { $0.octets(first: $0.byteCount) }
                data.truncate()
                block.truncate()
            }
        }
    }
}
