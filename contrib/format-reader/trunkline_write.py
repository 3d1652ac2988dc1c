"""A second writer of the format, made from docs/FORMAT.md alone, that can also break each rule on purpose.

For vectors only: its keys and its randomness come from labels.
"""

import base64, hashlib, struct

import nacl.bindings as sodium
import zstandard

from trunkline_read import ContentDigest, blake2b, counted, digest_key_fingerprint, recipient_fingerprint, subkey

NAME = "clusters/main/wal/7000000000000000001/00000001/00000000/000000010000000000000003"
BLOCK = 64 << 10


def octets(label, count=32):
    """Deterministic octets that look random."""
    return hashlib.shake_256(b"trunkline vectors: " + label.encode()).digest(count)


def text_of(kind, key):
    prefix = f"trunkline-{kind}-"
    body = base64.b32encode(key + blake2b(prefix.encode() + key)[:4]).decode().lower().rstrip("=")
    return prefix + body


class Key:
    """An X25519 or Ed25519 key pair of a fixed seed."""

    def __init__(self, label):
        self.secret = octets(label)
        self.box_public = sodium.crypto_scalarmult_base(self.secret)
        self.sign_public, self.sign_secret = sodium.crypto_sign_seed_keypair(self.secret)
        self.identity = text_of("identity", self.secret)
        self.recipient = text_of("recipient", self.box_public)
        self.signing_key = text_of("signing-key", self.secret)
        self.signer = text_of("signer", self.sign_public)


ALICE, BOB, MALLORY, HOST, STRANGER = (Key(label) for label in ("alice", "bob", "mallory", "host", "stranger"))
DIGEST_KEY, OTHER_DIGEST_KEY = octets("digest key"), octets("other digest key")


def frame(block, level=1, **options):
    return zstandard.ZstdCompressor(level=level, **options).compress(block)


class Writer:
    """Writes one stream. Attributes can be changed between construction and `write` to break a rule."""

    def __init__(
        self,
        content=b"",
        *,
        cipher=1,
        compression=1,
        exponent=16,
        recipients=(ALICE,),
        signing_key=HOST,
        digest_key=DIGEST_KEY,
        name=NAME,
        seed="stream",
        final_empty=False,
    ):
        self.cipher, self.compression, self.exponent = cipher, compression, exponent
        self.recipients = recipients if cipher else ()
        self.signing_key, self.digest_key, self.name = signing_key, digest_key, name
        self.version, self.reserved, self.magic, self.slot_count = 1, 0, b"TRNKLINE", None
        self.content = content
        size = 1 << exponent if 16 <= exponent <= 23 else BLOCK
        self.blocks = [content[i : i + size] for i in range(0, len(content), size)] or [b""]
        if final_empty:
            self.blocks.append(b"")
        self.messages = [frame(block) if compression else block for block in self.blocks]
        self.tags = None
        self.random = octets(seed, 32 + 32 * len(self.recipients) + 24) if cipher else b""
        self.header_edit = self.sealed_edit = self.trailer_edit = self.protected_edit = lambda data: data

    def slot(self, file_key, recipient, ephemeral):
        public = sodium.crypto_scalarmult_base(ephemeral)
        nonce = blake2b(public + recipient.box_public, 24)
        return (
            recipient_fingerprint(recipient.box_public)
            + public
            + sodium.crypto_box(file_key, nonce, recipient.box_public, ephemeral)
        )

    def header(self, file_key):
        slots = [
            self.slot(file_key, recipient, self.random[32 + 32 * i : 64 + 32 * i])
            for i, recipient in enumerate(self.recipients)
        ]
        self.nonce = self.random[-24:] if self.cipher else bytes(24)
        count = len(slots) if self.slot_count is None else self.slot_count
        data = self.magic + struct.pack(
            "<4BHH", self.version, self.cipher, self.compression, self.exponent, count, self.reserved
        )
        data = self.header_edit(data + b"".join(slots) + self.nonce)
        return data + blake2b(data, 32, subkey(file_key, 1))

    def seal(self, file_key):
        """The sealed messages, each without its length."""
        tags = self.tags or [0] * (len(self.messages) - 1) + [3]
        if not self.cipher:
            key = subkey(file_key, 4)
            for i, (data, tag) in enumerate(zip(self.messages, tags)):
                bound = counted(self.name) if i == 0 else struct.pack("<I", 0)
                body = bytes([tag]) + data
                yield body + blake2b(struct.pack("<Q", i) + bound + body, 16, key)
            return
        state = sodium.crypto_secretstream_xchacha20poly1305_state()
        # Sealing and opening begin with the same state; only this function takes the nonce from outside.
        sodium.crypto_secretstream_xchacha20poly1305_init_pull(state, self.nonce, subkey(file_key, 2))
        for i, (data, tag) in enumerate(zip(self.messages, tags)):
            bound = self.name.encode() if i == 0 else None
            yield sodium.crypto_secretstream_xchacha20poly1305_push(state, data, bound, tag)

    def write(self):
        file_key = self.random[:32] if self.cipher else bytes(32)
        header = self.header(file_key)
        sealed = self.sealed_edit([struct.pack("<I", len(m)) + m for m in self.seal(file_key)])
        tags = blake2b(header[-32:] + b"".join(m[-16:] for m in sealed) + struct.pack("<Q", len(sealed)))
        digest = bytes(48)
        if self.digest_key:
            content = ContentDigest(self.digest_key, self.name)
            for block in self.blocks:
                content.update(block)
            digest = content.finish(len(self.content)) + digest_key_fingerprint(self.digest_key)
        body = header + b"".join(sealed)
        trailer = b"TRNKTAIL" + struct.pack("<3Q", len(self.content), len(body), len(sealed)) + digest + tags
        trailer += self.signing_key.sign_public if self.signing_key else bytes(32)
        trailer = self.trailer_edit(trailer)
        trailer += self.sign(trailer) if self.signing_key else bytes(64)
        trailer = self.protected_edit(trailer)
        trailer += blake2b(trailer, 32, subkey(file_key, 3))
        return body + trailer + blake2b(trailer)

    def sign(self, trailer, name=None):
        message = b"trunkline stream v1" + counted(name or self.name) + trailer
        return sodium.crypto_sign(message, self.signing_key.sign_secret)[:64]
