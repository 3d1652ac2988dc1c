#!/usr/bin/env python3
"""Opens one object of a Trunkline repository, without Trunkline: everything here follows docs/FORMAT.md.

    trunkline_read.py --identity FILE --name NAME OBJECT OUTPUT

OUTPUT appears only after the last byte was checked. Exit status: 0 opened, 1 refused (the failure class is printed),
2 usage.
"""

import argparse, base64, ctypes, getpass, hashlib, os, struct, sys, tempfile

import nacl.bindings as sodium
import nacl.exceptions
import nacl.pwhash.argon2id
import xxhash
import zstandard

LEAF, TRAILER, NONCE = 64 << 10, 272, 24
KEY_BYTES = {"recipient": 32, "identity": 32, "locked-identity": 94, "signer": 32, "signing-key": 32, "digest-key": 32}


class Refused(Exception):
    """The object or key is not acceptable; `failure` is the class that docs/FORMAT.md names."""

    def __init__(self, failure, cause):
        super().__init__(f"{failure}: {cause}")
        self.failure = failure


def check(condition, failure, cause):
    if not condition:
        raise Refused(failure, cause)


def blake2b(data, size=32, key=b"", **options):
    return hashlib.blake2b(data, digest_size=size, key=key, **options).digest()


def subkey(file_key, number):
    return blake2b(
        b"", 32, file_key, salt=struct.pack("<Q", number).ljust(16, b"\0"), person=b"trnkline".ljust(16, b"\0")
    )


# Keys.


def parse_key(text, *kinds):
    """The octets of a key text, which must be of one of the kinds."""
    kind = next((kind for kind in KEY_BYTES if text.startswith(f"trunkline-{kind}-")), None)
    check(kind, "badKey", "unknown prefix")
    check(kind in kinds, "wrongKindOfKey", f"the text is a {kind}")
    prefix = f"trunkline-{kind}-"
    body = text[len(prefix) :]
    try:
        octets = base64.b32decode(body.upper() + "=" * (-len(body) % 8))
    except ValueError:
        raise Refused("badKey", "not base32") from None
    check(base64.b32encode(octets).decode().lower().rstrip("=") == body, "badKey", "not the canonical base32")
    check(len(octets) == KEY_BYTES[kind] + 4, "badKey", "wrong length")
    key, checksum = octets[:-4], octets[-4:]
    check(blake2b(prefix.encode() + key)[:4] == checksum, "badKey", "wrong checksum")
    return kind, key


def unlock(locked, passphrase):
    version, passes, memory_kib = struct.unpack("<BBI", locked[:6])
    check(version == 1, "badKey", "unknown version of a locked identity")
    check(1 <= passes <= 16 and 8 <= memory_kib <= 1 << 20, "tooCostly", "unlocking costs too much")
    key = nacl.pwhash.argon2id.kdf(32, passphrase, locked[6:22], passes, memory_kib << 10)
    try:
        return sodium.crypto_secretbox_open(locked[46:], locked[22:46], key)
    except nacl.exceptions.CryptoError:
        raise Refused("wrongPassphrase", "the passphrase does not unlock the identity") from None


def read_key_file(data, *kinds):
    lines = [line.strip(" \t\r") for line in data.decode().split("\n")]
    return [parse_key(line, *kinds) for line in lines if line and not line.startswith("#")]


def recipient_fingerprint(public_key):
    return blake2b(b"trunkline recipient v1" + public_key, 16)[:8]


def digest_key_fingerprint(digest_key):
    return blake2b(b"trunkline digest key v1" + digest_key, 16)


# Content digest.


class Hash128(ctypes.Structure):
    _fields_ = [("low", ctypes.c_uint64), ("high", ctypes.c_uint64)]


# The xxhash package has no function for XXH3 with a secret, but the C library inside it does.
xxh3_128 = ctypes.CDLL(xxhash._xxhash.__file__).XXH3_128bits_withSecret
xxh3_128.restype = Hash128
xxh3_128.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_size_t]


class ContentDigest:
    def __init__(self, digest_key, name):
        self.secret = b"".join(blake2b(b"trunkline leaf secret" + bytes([i]), 64, digest_key) for i in range(3))
        self.hash = hashlib.blake2b(b"trunkline content v1" + counted(name), digest_size=32, key=digest_key)

    def update(self, block):
        for start in range(0, len(block), LEAF):
            leaf = block[start : start + LEAF]
            value = xxh3_128(leaf, len(leaf), self.secret, len(self.secret))
            self.hash.update(struct.pack(">QQ", value.high, value.low))

    def finish(self, length):
        self.hash.update(struct.pack("<Q", length))
        return self.hash.digest()


def counted(name):
    return struct.pack("<I", len(name.encode())) + name.encode()


# Messages.


class SecretMessages:
    def __init__(self, file_key, nonce, name):
        self.state, self.bound = sodium.crypto_secretstream_xchacha20poly1305_state(), name.encode()
        sodium.crypto_secretstream_xchacha20poly1305_init_pull(self.state, nonce, subkey(file_key, 2))

    def open(self, message):
        bound, self.bound = self.bound, b""
        return sodium.crypto_secretstream_xchacha20poly1305_pull(self.state, message, bound or None)


class PlainMessages:
    def __init__(self, file_key, name):
        self.key, self.bound, self.sequence = subkey(file_key, 4), name.encode(), 0

    def open(self, message):
        covered = struct.pack("<QI", self.sequence, len(self.bound)) + self.bound + message[:-16]
        self.bound, self.sequence = b"", self.sequence + 1
        if blake2b(covered, 16, self.key) != message[-16:]:
            raise ValueError("wrong authentication code")
        return message[1:-16], message[0]


def decompress(data, block_bytes):
    check(data[:4] == b"\x28\xb5\x2f\xfd", "badMessage", "no zstd frame")
    try:
        frame = zstandard.get_frame_parameters(data)
        check(frame.content_size <= block_bytes, "badMessage", "content size unknown or larger than a block")
        check(frame.dict_id == 0, "badMessage", "the frame needs a dictionary")
        return (
            zstandard.ZstdDecompressor().decompress(data, allow_extra_data=False) if frame.content_size else empty(data)
        )
    except zstandard.ZstdError as error:
        raise Refused("badMessage", str(error)) from None


def empty(frame):
    """The package does not look further into a frame that declares no content."""
    reader = zstandard.ZstdDecompressor().decompressobj()
    check(
        reader.decompress(frame) == b"" and reader.eof and not reader.unused_data, "badMessage", "not exactly one frame"
    )
    return b""


# The stream.


def find_file_key(slots, identities):
    matched = False
    for identity in identities:
        public_key = sodium.crypto_scalarmult_base(identity)
        for slot in slots:
            if slot[:8] == recipient_fingerprint(public_key):
                matched = True
                try:
                    return sodium.crypto_box_seal_open(slot[8:], public_key, identity)
                except nacl.exceptions.CryptoError:
                    pass
    check(matched, "noMatchingIdentity", "sealed to none of the identities")
    raise Refused("headerForged", "the key slot does not open")


def read_stream(source, sink, name, identities=(), digest_key=None, signers=(), accept_unencrypted=False):
    """Writes the content of the sealed `source` to `sink`, which counts only when this returns."""

    def take(count):
        octets = source.read(count)
        check(len(octets) == count, "truncated", f"the object ends {count - len(octets)} bytes too early")
        return octets

    prefix = source.read(16)
    check(b"TRNKLINE".startswith(prefix[:8]), "notAStream", "wrong magic")
    check(len(prefix) == 16, "truncated", "the header ends early")
    version, cipher, compression, exponent, slot_count, reserved = struct.unpack("<8x4BHH", prefix)
    check(version == 1, "unsupportedVersion", f"version {version}")
    check(
        cipher <= 1 and compression <= 1 and 16 <= exponent <= 23 and reserved == 0, "badHeader", "field out of range"
    )
    check(1 <= slot_count <= 16 if cipher else slot_count == 0, "badHeader", f"{slot_count} key slots")
    slots = [take(88) for _ in range(slot_count)]
    nonce, header_code = take(NONCE), take(32)
    check(cipher or nonce == bytes(NONCE), "badHeader", "a nonce without a cipher")
    check(cipher or accept_unencrypted, "notEncrypted", "the stream is not encrypted")
    file_key = find_file_key(slots, identities) if cipher else bytes(32)
    covered = prefix + b"".join(slots) + nonce
    check(blake2b(covered, 32, subkey(file_key, 1)) == header_code, "headerForged", "wrong authentication code")

    block_bytes = 1 << exponent
    bound = block_bytes + (block_bytes >> 8) + (max((128 << 10) - block_bytes, 0) >> 11) if compression else block_bytes
    messages = SecretMessages(file_key, nonce, name) if cipher else PlainMessages(file_key, name)
    digest = ContentDigest(digest_key, name) if digest_key else None
    tags = hashlib.blake2b(header_code, digest_size=32)
    count, content_length, sealed_length, is_final = 0, 0, len(covered) + 32, False
    while not is_final:
        length = struct.unpack("<I", take(4))[0]
        check(17 <= length <= bound + 17, "badMessage", f"message of {length} bytes")
        message = take(length)
        try:
            data, tag = messages.open(message)
        except (nacl.exceptions.CryptoError, ValueError, RuntimeError):
            raise Refused("badMessage" if count else "wrongNameOrDamaged", f"message {count} does not open") from None
        check(tag in (0, 3), "badMessage", f"tag {tag}")
        is_final = tag == 3
        block = decompress(data, block_bytes) if compression else data
        check(is_final or len(block) == block_bytes, "badMessage", f"block of {len(block)} bytes")
        sink.write(block)
        if digest:
            digest.update(block)
        tags.update(message[-16:])
        count, content_length, sealed_length = count + 1, content_length + len(block), sealed_length + 4 + length

    trailer = take(TRAILER)
    check(source.read(1) == b"", "trailingBytes", "the object goes on after its trailer")
    check_trailer_alone(trailer)
    check(
        blake2b(trailer[:208], 32, subkey(file_key, 3)) == trailer[208:240], "badTrailer", "wrong authentication code"
    )
    told = struct.unpack("<3Q", trailer[8:32])
    check(told == (content_length, sealed_length, count), "lengthMismatch", "the lengths differ")
    tags.update(struct.pack("<Q", count))
    check(tags.digest() == trailer[80:112], "badTrailer", "the trailer belongs to other messages")
    check_signature(trailer, name, signers)
    if digest and trailer[64:80] == digest_key_fingerprint(digest_key):
        check(digest.finish(content_length) == trailer[32:64], "digestMismatch", "the content digest differs")


def check_trailer_alone(trailer):
    """What a trailer shows without any key."""
    check(trailer[:8] == b"TRNKTAIL", "badTrailer", "wrong magic")
    check(blake2b(trailer[:240]) == trailer[240:], "badTrailer", "wrong checksum")
    check(any(trailer[64:80]) or not any(trailer[32:64]), "badTrailer", "a digest of no key")
    check(any(trailer[112:144]) or not any(trailer[144:208]), "badTrailer", "a signature of no key")


def check_signature(trailer, name, signers):
    signer = trailer[112:144]
    if not any(signer):
        return check(not signers, "untrustedSigner", "the stream is not signed")
    try:
        sodium.crypto_sign_open(trailer[144:208] + b"trunkline stream v1" + counted(name) + trailer[:144], signer)
    except nacl.exceptions.BadSignatureError:
        raise Refused("badSignature", "the signature does not belong to the trailer") from None
    check(not signers or signer in signers, "untrustedSigner", "signed by a key that is not trusted")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--identity", action="append", default=[], metavar="FILE", help="file with identities")
    parser.add_argument("--digest-key", metavar="FILE", help="also compare the content digest")
    parser.add_argument("--signer", action="append", default=[], metavar="TEXT", help="accept only this signer")
    parser.add_argument("--accept-unencrypted", action="store_true", help="open a stream of cipher none, too")
    parser.add_argument("--name", required=True, help="the object's name in the repository: clusters/main/wal/...")
    parser.add_argument("object", metavar="OBJECT")
    parser.add_argument("output", metavar="OUTPUT")
    options = parser.parse_args()
    try:
        keys = [key for path in options.identity for key in read_key_file(load(path), "identity", "locked-identity")]
        identities = [key if kind == "identity" else unlock(key, getpass.getpass().encode()) for kind, key in keys]
        digest_key = read_key_file(load(options.digest_key), "digest-key")[0][1] if options.digest_key else None
        signers = [parse_key(text, "signer")[1] for text in options.signer]
        with open(options.object, "rb") as source, tempfile.NamedTemporaryFile(
            dir=os.path.dirname(os.path.abspath(options.output)), delete=False
        ) as sink:
            try:
                read_stream(source, sink, options.name, identities, digest_key, signers, options.accept_unencrypted)
                os.rename(sink.name, options.output)
            except BaseException:
                os.unlink(sink.name)
                raise
    except (Refused, OSError) as error:
        sys.exit(f"trunkline_read: {options.object}: {error}")


def load(path):
    with open(path, "rb") as file:
        return file.read()


if __name__ == "__main__":
    main()
