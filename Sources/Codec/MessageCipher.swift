import CSodium
import Format

/// Seals or opens the messages of one stream in their order (docs/FORMAT.md, "Messages").
struct MessageCipher: ~Copyable, Sendable {
    private static let tagMessage = UInt8(crypto_secretstream_xchacha20poly1305_TAG_MESSAGE)
    private static let tagFinal = UInt8(crypto_secretstream_xchacha20poly1305_TAG_FINAL)

    private let cipher: StreamCipher
    /// `crypto_secretstream`'s state, or the key of plain messages.
    private let state: OwnedMemory
    private let name: [UInt8]
    private(set) var sequence: UInt64 = 0

    /// `name` is bound to the first message. Sealing and opening begin alike: libsodium's `init_push` only draws the
    /// nonce, which comes from the caller here, and then does what `init_pull` does.
    init(layout: StreamLayout, keys: borrowing StreamKeys, nonce: [UInt8], name: ObjectKey) {
        cipher = layout.cipher
        self.name = Array(name.path.utf8)
        switch cipher {
        case .none: state = keys.key(for: .plainMessages)
        case .secretstream:
            let key = keys.key(for: .messages)
            state = OwnedMemory(byteCount: crypto_secretstream_xchacha20poly1305_statebytes())
            let result = crypto_secretstream_xchacha20poly1305_init_pull(Self.context(state), nonce, key.octets)
            precondition(result == 0, "libsodium begins every stream")
        }
    }

    /// Writes the sealed message to `target`, which has exactly `overheadByteCount` bytes more than `data`.
    mutating func seal(_ data: UnsafeRawBufferPointer, isFinal: Bool, into target: UnsafeMutableRawBufferPointer) {
        precondition(
            target.count == data.count + StreamMessage.overheadByteCount, "a sealed message has an exact length")
        let tag = isFinal ? Self.tagFinal : Self.tagMessage
        switch cipher {
        case .none: sealPlain(data, tag: tag, into: target)
        case .secretstream: sealSecret(data, tag: tag, into: target)
        }
        sequence += 1
    }

    /// Writes the data to `target`, which has exactly `overheadByteCount` bytes less than `message`.
    ///
    /// When the message is not the next one of this stream it throws, and `target` may hold anything.
    mutating func open(
        _ message: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
    ) throws(StreamFormatError) -> OpenedMessage {
        precondition(
            message.count == target.count + StreamMessage.overheadByteCount, "an opened message has an exact length")
        let found =
            switch cipher {
            case .none: openPlain(message, into: target)
            case .secretstream: openSecret(message, into: target)
            }
        guard let tag = found else {
            // The first message is bound to the name, so another name and damage look the same there.
            throw sequence == 0
                ? StreamFormatError(.wrongNameOrDamaged, "the first message does not open under this name")
                : StreamFormatError(.badMessage, "message \(sequence) has a wrong authentication code")
        }
        guard tag == Self.tagMessage || tag == Self.tagFinal else {
            throw StreamFormatError(.badMessage, "message \(sequence) has the unknown tag \(tag)")
        }
        defer { sequence += 1 }
        return OpenedMessage(sequence: sequence, isFinal: tag == Self.tagFinal)
    }

    private mutating func sealSecret(
        _ data: UnsafeRawBufferPointer, tag: UInt8, into target: UnsafeMutableRawBufferPointer
    ) {
        let bound = associatedData
        let result = crypto_secretstream_xchacha20poly1305_push(
            Self.context(state), Self.octets(target), nil, Self.octets(data), UInt64(data.count), bound,
            UInt64(bound.count), tag)
        precondition(result == 0, "libsodium seals every message of a bounded length")
    }

    private mutating func openSecret(
        _ message: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
    ) -> UInt8? {
        let bound = associatedData
        var tag: UInt8 = 0
        let result = crypto_secretstream_xchacha20poly1305_pull(
            Self.context(state), Self.octets(target), nil, &tag, Self.octets(message), UInt64(message.count), bound,
            UInt64(bound.count))
        return result == 0 ? tag : nil
    }

    private func sealPlain(_ data: UnsafeRawBufferPointer, tag: UInt8, into target: UnsafeMutableRawBufferPointer) {
        target[0] = tag
        let body = UnsafeMutableRawBufferPointer(rebasing: target[1..<data.count + 1])
        body.copyMemory(from: data)
        let covered = UnsafeRawBufferPointer(rebasing: target[..<(data.count + 1)])
        let code = plainCode(covered).finish()
        UnsafeMutableRawBufferPointer(rebasing: target[(data.count + 1)...]).copyBytes(from: code)
    }

    private func openPlain(
        _ message: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
    ) -> UInt8? {
        let covered = UnsafeRawBufferPointer(rebasing: message[..<(target.count + 1)])
        let code = plainCode(covered).finish()
        guard code.elementsEqual(message.suffix(StreamMessage.codeByteCount)) else { return nil }
        target.copyMemory(from: UnsafeRawBufferPointer(rebasing: covered[1...]))
        return covered[0]
    }

    /// The code of a plain message covers its number and what it is bound to as well.
    private func plainCode(_ tagAndData: UnsafeRawBufferPointer) -> Blake2b {
        let bound = associatedData
        var code = Blake2b(outputByteCount: StreamMessage.codeByteCount, key: UnsafeRawBufferPointer(state.bytes))
        code.update(LittleEndian.octets(sequence) + LittleEndian.octets(UInt32(bound.count)) + bound)
        code.update(tagAndData)
        return code
    }

    private var associatedData: [UInt8] { sequence == 0 ? name : [] }

    private static func context(
        _ state: borrowing OwnedMemory
    ) -> UnsafeMutablePointer<crypto_secretstream_xchacha20poly1305_state> {
        state.pointer.assumingMemoryBound(to: crypto_secretstream_xchacha20poly1305_state.self)
    }

    private static func octets(_ bytes: UnsafeRawBufferPointer) -> UnsafePointer<UInt8>? {
        bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
    }

    private static func octets(_ bytes: UnsafeMutableRawBufferPointer) -> UnsafeMutablePointer<UInt8>? {
        bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
    }
}
