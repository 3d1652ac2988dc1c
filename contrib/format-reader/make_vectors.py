#!/usr/bin/env python3
"""Writes Tests/Vectors: objects, keys and trailers with the outcome that every reader must come to.

Everything is drawn from fixed labels, so a second run writes the same files (with the same version of zstandard).
"""
import base64, io, json, pathlib, shutil, struct

import nacl.bindings as sodium
import nacl.pwhash.argon2id

import backup_vectors
import trunkline_read as reader
from trunkline_read import blake2b
from trunkline_write import (
    ALICE, BLOCK, BOB, DIGEST_KEY, HOST, MALLORY, NAME, OTHER_DIGEST_KEY, STRANGER, Key, Writer, frame, octets,
    text_of)

VECTORS = pathlib.Path(__file__).resolve().parents[2] / "Tests" / "Vectors"
OTHER_NAME = NAME[:-1] + "4"


# Files.

def save(folder, name, vector):
    path = VECTORS / folder / f"{name}.json"
    assert not path.exists(), name
    path.write_text(json.dumps(vector, indent=1, ensure_ascii=False) + "\n")


def stream(file, outcome, data, description, *, name=NAME, identities=(ALICE,), digest_key=DIGEST_KEY,
           signers=(HOST,), accept_unencrypted=False, writer=None):
    """Saves one object, after the independent reader agreed about it."""
    vector = {
        "description": description, "outcome": outcome, "name": name,
        "identities": [key.identity for key in identities],
        "digestKey": text_of("digest-key", digest_key) if digest_key else None,
        "signers": [key.signer for key in signers], "acceptUnencrypted": accept_unencrypted,
        "object": base64.b64encode(data).decode(),
    }
    sink = io.BytesIO()
    try:
        reader.read_stream(io.BytesIO(data), sink, name, [key.secret for key in identities], digest_key,
                           [key.sign_public for key in signers], accept_unencrypted)
        found = "success"
    except reader.Refused as refusal:
        found = refusal.failure
    assert found == outcome, f"{file}: {found} instead of {outcome}"
    if outcome == "success":
        assert sink.getvalue() == writer.content
        vector["content"] = {"byteCount": len(writer.content), "blake2b256": blake2b(writer.content).hex()}
        vector["seal"] = {
            "recipients": [key.recipient for key in writer.recipients],
            "signingKey": writer.signing_key.signing_key if writer.signing_key else None,
            "digestKey": text_of("digest-key", writer.digest_key) if writer.digest_key else None,
            "random": writer.random.hex(),
        }
    save("stream", file, vector)


def good(file, writer, description, **options):
    stream(f"success-{file}", "success", writer.write(), description, writer=writer, **options)


def bad(outcome, file, description, writer=None, data=None, *, edit=None, **options):
    """A writer whose object `edit` then changes, or `data` as it is."""
    data = writer.write() if data is None else data
    data = edit(bytearray(data)) if edit else data
    stream(f"{outcome}-{file}", outcome, bytes(data), description, **options)


def changed(writer, **attributes):
    for name, value in attributes.items():
        setattr(writer, name, value)
    return writer


def put(offset, value):
    """Replaces octets at a place."""
    def edit(data):
        data = bytearray(data)
        start = offset if offset >= 0 else len(data) + offset
        data[start:start + len(value)] = value
        return bytes(data)
    return edit


def flip(offset):
    def edit(data):
        data = bytearray(data)
        data[offset] ^= 1
        return bytes(data)
    return edit


TEXT = b"".join(b"%08d pg_xlog " % i for i in range(20000))
NOISE = octets("noise", 70000)
HEADER = 16 + 88 + 24 + 32  # with one slot


def write_good():
    good("empty", Writer(), "no content: one empty frame")
    good("one-byte", Writer(b"x"), "one byte of content")
    for count in (8, 16, 17, 128, 129, 240, 241):
        good(f"leaf-{count}", Writer(TEXT[:count], compression=0), f"one leaf of {count} bytes, a case of XXH3")
    good("block-less-one", Writer(TEXT[:BLOCK - 1]), "one byte less than a block")
    good("block", Writer(TEXT[:BLOCK]), "exactly one block")
    good("block-more-one", Writer(TEXT[:BLOCK + 1]), "one byte more than a block")
    good("final-empty", Writer(TEXT[:BLOCK], final_empty=True), "a full block and an empty final message")
    good("many-blocks", Writer(TEXT * 2), "nine blocks")
    good("large-block", Writer(TEXT * 5, exponent=20), "blocks of 1 MiB, each of several leaves")
    good("largest-block", Writer(bytes(100), exponent=23), "the largest block size")
    good("incompressible", Writer(NOISE), "frames larger than their content")
    good("raw", Writer(NOISE, compression=0), "no compression")
    good("recipients", Writer(TEXT[:100], recipients=(BOB, MALLORY, ALICE)),
        "three slots; the last one is the reader's")
    good("identities", Writer(TEXT[:100], recipients=(BOB,)), "the second identity opens", identities=(ALICE, BOB))
    good("sixteen-recipients", Writer(TEXT[:100],
        recipients=tuple(Key(f"recipient {i}") for i in range(15)) + (ALICE,)),
         "as many slots as there can be")
    good("unsigned", Writer(TEXT[:100], signing_key=None), "no signature, and none asked for", signers=())
    good("any-signer", Writer(TEXT[:100], signing_key=STRANGER), "a valid signature, and no signer asked for",
        signers=())
    good("second-signer", Writer(TEXT[:100]), "signed by the second trusted signer", signers=(STRANGER, HOST))
    good("no-digest", Writer(TEXT[:100], digest_key=None), "no content digest")
    good("no-digest-key", Writer(TEXT[:100]), "a digest that the reader has no key for", digest_key=None)
    good("other-digest-key", Writer(TEXT[:100]), "a digest of another key than the reader's",
        digest_key=OTHER_DIGEST_KEY)
    good("unencrypted", Writer(TEXT[:BLOCK + 9], cipher=0), "cipher none, accepted", accept_unencrypted=True)
    good("unencrypted-raw", Writer(TEXT[:BLOCK + 9], cipher=0, compression=0, signing_key=None, digest_key=None),
         "cipher and compression none", accept_unencrypted=True, signers=())
    good("frame-checksum", changed(Writer(TEXT[:100]), messages=[frame(TEXT[:100], write_checksum=True)]),
         "a frame with a checksum of its own")
    good("short-name", Writer(b"x", name="a"), "the shortest name", name="a")


def write_bad_headers():
    bad("truncated", "empty", "an object of no bytes", data=b"")
    bad("notAStream", "magic", "wrong magic", changed(Writer(), magic=b"TRNKLINF"))
    bad("notAStream", "short", "three foreign bytes", data=b"abc")
    bad("notAStream", "manifest", "a plain JSON object", data=b'{"format":1,"repository":"00"}\n')
    bad("unsupportedVersion", "zero", "version 0", changed(Writer(), version=0))
    bad("unsupportedVersion", "two", "version 2", changed(Writer(), version=2))
    for field, values in {"cipher": (2, 255), "compression": (2, 255), "exponent": (0, 15, 24, 255)}.items():
        for value in values:
            bad("badHeader", f"{field}-{value}", f"{field} {value}", changed(Writer(), **{field: value}))
    for count in (0, 17, 65535):
        bad("badHeader", f"slots-{count}", f"{count} slots of cipher 1", changed(Writer(), slot_count=count))
    bad("badHeader", "slots-unencrypted", "a slot of cipher none", changed(Writer(cipher=0), slot_count=1),
        accept_unencrypted=True)
    bad("badHeader", "reserved", "the reserved field is not zero", changed(Writer(), reserved=256))
    bad("badHeader", "nonce-unencrypted", "cipher none with a nonce", changed(Writer(cipher=0), header_edit=flip(-1)),
        accept_unencrypted=True)
    bad("notEncrypted", "default", "cipher none where encryption is expected", Writer(b"x", cipher=0))
    bad("noMatchingIdentity", "foreign", "sealed to somebody else", Writer(b"x", recipients=(BOB,)))
    bad("noMatchingIdentity", "none", "no identity at hand", Writer(b"x"), identities=())
    bad("noMatchingIdentity", "fingerprint", "the only slot's fingerprint is damaged", Writer(b"x"), edit=flip(16))
    bad("headerForged", "code", "the header's code is damaged", Writer(b"x"), edit=flip(HEADER - 1))
    bad("headerForged", "nonce", "the nonce is damaged", Writer(b"x"), edit=flip(16 + 88))
    bad("headerForged", "block-size", "another block size than the writer's", Writer(b"x"), edit=put(11, b"\x11"))
    bad("headerForged", "compression", "another compression than the writer's", Writer(b"x"), edit=put(10, b"\0"))
    bad("headerForged", "slot", "the reader's slot is damaged", Writer(b"x"), edit=flip(16 + 8 + 40))
    bad("headerForged", "other-slot", "somebody else's slot is damaged", Writer(b"x", recipients=(ALICE, BOB)),
        edit=flip(16 + 88 + 8 + 40))
    bad("headerForged", "code-unencrypted", "cipher none, damaged header code", Writer(b"x", cipher=0),
        edit=flip(16 + 24), accept_unencrypted=True)


def without_size(block):
    return frame(block, write_content_size=False)


def write_bad_messages():
    two = TEXT[:BLOCK + 500]

    def messages(*data):
        return changed(Writer(two[:len(data) * BLOCK]), messages=list(data))

    for length in (0, 16, (1 << 32) - 1):
        bad("badMessage", f"length-{length}", f"the first message has {length} bytes", Writer(b"x"),
            edit=put(HEADER, struct.pack("<I", length)))
    bound = BLOCK + (BLOCK >> 8) + (((128 << 10) - BLOCK) >> 11) + 17
    bad("badMessage", "length-bound", "one byte more than a message can have", Writer(b"x"),
        edit=put(HEADER, struct.pack("<I", bound + 1)))
    bad("truncated", "length-bound", "as many bytes as a message can have, but they are not there", Writer(b"x"),
        edit=put(HEADER, struct.pack("<I", bound)))
    bad("badMessage", "length-raw", "a raw message larger than a block", changed(
        Writer(compression=0), messages=[bytes(BLOCK + 1)]))
    bad("wrongNameOrDamaged", "renamed", "read under another name", Writer(b"x"), name=OTHER_NAME)
    bad("wrongNameOrDamaged", "renamed-unencrypted", "cipher none, read under another name", Writer(b"x", cipher=0),
        name=OTHER_NAME, accept_unencrypted=True)
    bad("wrongNameOrDamaged", "first", "the first message is damaged", Writer(two), edit=flip(HEADER + 30))
    bad("badMessage", "second", "the second message is damaged", changed(
        Writer(two), sealed_edit=lambda sealed: [sealed[0], flip(20)(sealed[1])]))
    bad("badMessage", "second-unencrypted", "cipher none, the second message is damaged", changed(
        Writer(two, cipher=0), sealed_edit=lambda sealed: [sealed[0], flip(20)(sealed[1])]), accept_unencrypted=True)
    three = TEXT[:2 * BLOCK + 500]
    bad("badMessage", "swapped", "second and third message are swapped", changed(
        Writer(three), sealed_edit=lambda sealed: [sealed[0], sealed[2], sealed[1]]))
    bad("badMessage", "repeated", "the second message comes twice", changed(
        Writer(three), sealed_edit=lambda sealed: [sealed[0], sealed[1], sealed[1], sealed[2]]))
    bad("badMessage", "left-out", "the second message is left out", changed(
        Writer(three), sealed_edit=lambda sealed: [sealed[0], sealed[2]]))
    bad("badMessage", "swapped-unencrypted", "cipher none, messages are swapped", changed(
        Writer(three, cipher=0), sealed_edit=lambda sealed: [sealed[0], sealed[2], sealed[1]]),
            accept_unencrypted=True)
    for tag, title in ((1, "push"), (2, "rekey")):
        bad("badMessage", f"tag-{title}", f"the tag {title} on the second message", changed(
            Writer(three), tags=[0, tag, 3]))
        bad("badMessage", f"tag-{title}-first", f"the tag {title} on the first message", changed(Writer(three),
            tags=[tag, 0, 3]))
    bad("badMessage", "tag-unencrypted", "cipher none, tag 4", changed(Writer(two, cipher=0), tags=[4, 3]),
        accept_unencrypted=True)
    short = frame(two[:100])
    bad("badMessage", "short-block", "a block that is not full and not the last", messages(short, frame(b"")))
    bad("badMessage", "empty-block", "an empty block that is not the last", messages(frame(b""), frame(b"")))
    bad("badMessage", "large-block", "a frame of more than a block", messages(frame(bytes(BLOCK + 1))))
    bad("badMessage", "huge-block", "a frame that declares 2^62 bytes", messages(
        b"\x28\xb5\x2f\xfd\xe0" + struct.pack("<Q", 1 << 62) + b"\x01\x00\x00"))
    bad("badMessage", "size-unknown", "a frame without its content size", messages(without_size(two[:100])))
    bad("badMessage", "size-wrong", "a frame that declares less than it has", messages(
        b"\x28\xb5\x2f\xfd\x20\x05" + b"\x31\x00\x00abcdef"))
    bad("badMessage", "size-wrong-more", "a frame that declares more than it has", messages(
        b"\x28\xb5\x2f\xfd\x20\x07" + b"\x31\x00\x00abcdef"))
    bad("badMessage", "size-wrong-empty", "a frame that declares nothing and has something", messages(
        b"\x28\xb5\x2f\xfd\x20\x00" + b"\x31\x00\x00abcdef"))
    bad("badMessage", "two-frames", "two frames in one message", messages(frame(two[:50]) + frame(two[50:100])))
    bad("badMessage", "frame-and-more", "a byte after the frame", messages(short + b"\0"))
    bad("badMessage", "empty-frame-and-more", "a byte after an empty frame", messages(frame(b"") + b"\0"))
    bad("badMessage", "skippable", "a skippable frame", messages(b"\x50\x2a\x4d\x18\x04\0\0\0abcd"))
    bad("badMessage", "skippable-before", "a skippable frame before the frame", messages(
        b"\x50\x2a\x4d\x18\x04\0\0\0abcd" + short))
    bad("badMessage", "dictionary", "a frame that asks for a dictionary", messages(
        b"\x28\xb5\x2f\xfd\x21\x07\x06" + b"\x31\x00\x00abcdef"))
    bad("badMessage", "no-frame", "no frame at all", messages(b"abcdefgh"))
    bad("badMessage", "no-data", "no bytes where a frame is to be", messages(b""))
    bad("badMessage", "cut-frame", "half a frame", messages(short[:len(short) // 2]))
    bad("badMessage", "frame-checksum", "the frame's own checksum is wrong", messages(
        flip(-1)(frame(two[:100], write_checksum=True))))


def write_bad_ends():
    two = TEXT[:BLOCK + 500]
    whole = Writer(two).write()
    first = struct.unpack("<I", whole[HEADER:HEADER + 4])[0]
    ends = {
        "magic": 5, "prefix": 16, "slot": 50, "header": HEADER - 1, "no-message": HEADER, "length": HEADER + 2,
        "message": HEADER + 4 + first - 1, "boundary": HEADER + 4 + first, "no-trailer": len(whole) - 272,
        "trailer": len(whole) - 1,
    }
    for title, count in ends.items():
        bad("truncated", title, f"the first {count} of {len(whole)} bytes", data=whole[:count])
    full = TEXT[:2 * BLOCK]
    bad("truncated", "never-final", "no message is final, and nothing follows", changed(Writer(full), tags=[0, 0]),
        edit=lambda data: data[:-272])
    bad("badMessage", "never-final", "no message is final: a trailer follows", changed(Writer(full), tags=[0, 0]))
    bad("trailingBytes", "one", "one byte more", data=whole + b"\0")
    bad("trailingBytes", "stream", "a second stream", data=whole + whole)
    bad("trailingBytes", "after-final", "a message after the final one", changed(Writer(two), tags=[3, 3]))
    bad("badTrailer", "magic", "wrong magic", Writer(two), edit=flip(-272))
    bad("badTrailer", "checksum", "the checksum is damaged", Writer(two), edit=flip(-1))
    bad("badTrailer", "content-length", "a field is damaged, so the checksum is wrong", Writer(two), edit=flip(-264))

    def recoded(offset, value):
        """A field is changed by somebody without the file key: only the checksum is right."""
        def edit(data):
            data = put(offset, value)(data)
            return data[:-32] + blake2b(data[-272:-32])
        return edit

    bad("badTrailer", "code", "the code is wrong, the checksum right", Writer(two), edit=recoded(-64, b"abcd"))
    bad("badTrailer", "forged-length", "a changed length with a right checksum", Writer(two), edit=recoded(-264,
        b"\1"))
    bad("badTrailer", "digest-without-key", "a digest, but no fingerprint of its key", changed(
        Writer(two), trailer_edit=put(64, bytes(16))))
    bad("badTrailer", "signature-without-key", "a signature, but no signer", changed(
        Writer(two, signing_key=None), protected_edit=put(144, b"abcd")), signers=())
    bad("badTrailer", "tags", "a digest of other messages", changed(Writer(two), trailer_edit=flip(80)))
    for field, offset in {"content": 8, "sealed": 16, "messages": 24}.items():
        bad("lengthMismatch", field, f"another number of {field}, well authenticated",
            changed(Writer(two), trailer_edit=flip(offset)))
    bad("lengthMismatch", "huge", "2^64-1 bytes of content", changed(Writer(two), trailer_edit=put(8, b"\xff" * 8)))
    bad("digestMismatch", "digest", "another digest, well authenticated", changed(Writer(two), trailer_edit=flip(32)))
    bad("digestMismatch", "unencrypted", "cipher none, another digest", changed(
        Writer(two, cipher=0), trailer_edit=flip(32)), accept_unencrypted=True)
    bad("badSignature", "bit", "a bit of the signature is wrong", changed(Writer(two), protected_edit=flip(150)))
    bad("badSignature", "point", "the signer is no point", changed(
        Writer(two), protected_edit=put(112, b"\2" + bytes(30) + b"\1")))
    bad("badSignature", "any-signer", "a wrong signature where no signer is asked for", changed(
        Writer(two), protected_edit=flip(150)), signers=())
    other = Writer(two)
    bad("badSignature", "other-name", "the signature is over another name", changed(
        other, protected_edit=lambda data: data[:144] + other.sign(data[:144], OTHER_NAME)))
    bad("untrustedSigner", "unsigned", "no signature", Writer(two, signing_key=None))
    bad("untrustedSigner", "stranger", "a valid signature of somebody else", Writer(two, signing_key=STRANGER))


# Keys.

def locked(identity, passphrase, passes=1, memory_kib=64, version=1):
    salt, nonce = octets("salt", 16), octets("lock nonce", 24)
    key = nacl.pwhash.argon2id.kdf(32, passphrase, salt, passes,
        memory_kib << 10) if memory_kib <= 1024 else octets("x")
    head = struct.pack("<BBI", version, passes if passes else 0, memory_kib)
    return text_of("locked-identity", head + salt + nonce + sodium.crypto_secretbox(identity.secret, nonce, key))


def key_vector(file, outcome, kind, text, description, passphrase=None, public=None):
    """`public`: the recipient of an identity, the signer of a signing key."""
    save("keys", f"{outcome}-{file}", {
        "description": description, "outcome": outcome, "kind": kind, "text": text, "passphrase": passphrase,
        "public": public})


def write_keys():
    key_vector("recipient", "success", "recipient", ALICE.recipient, "an X25519 public key")
    key_vector("identity", "success", "identity", ALICE.identity, "an X25519 secret key", public=ALICE.recipient)
    key_vector("signer", "success", "signer", HOST.signer, "an Ed25519 public key")
    key_vector("signing-key", "success", "signing-key", HOST.signing_key, "an Ed25519 seed", public=HOST.signer)
    key_vector("digest-key", "success", "digest-key", text_of("digest-key", DIGEST_KEY), "a digest key")
    key_vector("locked", "success", "locked-identity", locked(ALICE, b"correct horse"),
        "an identity under a passphrase",
               "correct horse", ALICE.recipient)
    text = ALICE.recipient
    for title, wrong in {
        "typo": text[:30] + ("a" if text[30] != "a" else "b") + text[31:], "short": text[:-1], "long": text + "a",
        "upper": text.upper(), "padding": text[:-1] + "=", "digit": text[:-5] + "1" + text[-4:],
        "space": text + " ", "prefix": "trunkline-recipients-" + text[20:], "empty": "",
            "prefix-only": "trunkline-recipient-",
        "bits": text[:-1] + "abcdefghijklmnopqrstuvwxyz234567"["abcdefghijklmnopqrstuvwxyz234567".index(text[-1]) ^ 1],
        "moved": "trunkline-signer-" + text[20:],
    }.items():
        kind = "signer" if title == "moved" else "recipient"
        key_vector(f"{title}", "badKey", kind, wrong, f"a recipient with a fault: {title}")
    key_vector("small-order", "badKey", "recipient", text_of("recipient", bytes(32)),
        "the zero point: nothing can be sealed to it")
    key_vector("no-point", "badKey", "signer", text_of("signer", b"\2" + bytes(31)), "no point of the curve")
    key_vector("identity", "wrongKindOfKey", "recipient", ALICE.identity, "an identity where a recipient is wanted")
    key_vector("recipient", "wrongKindOfKey", "identity", ALICE.recipient, "a recipient where an identity is wanted")
    key_vector("passphrase", "wrongPassphrase", "locked-identity", locked(ALICE, b"correct horse"),
        "another passphrase",
               "battery staple")
    key_vector("lock-version", "badKey", "locked-identity", locked(ALICE, b"a", version=2),
        "version 2 of a locked identity", "a")
    key_vector("memory", "tooCostly", "locked-identity", locked(ALICE, b"a", memory_kib=(1 << 20) + 1),
        "1 GiB and 1 KiB", "a")
    key_vector("memory-most", "tooCostly", "locked-identity", locked(ALICE, b"a", memory_kib=(1 << 32) - 1),
        "4 TiB", "a")
    for passes in (0, 17, 255):
        text = bytearray(octets("box", 94))
        text[:6] = struct.pack("<BBI", 1, passes, 64)
        key_vector(f"passes-{passes}", "tooCostly", "locked-identity", text_of("locked-identity", bytes(text)),
            f"{passes} passes", "a")
    text[:6] = struct.pack("<BBI", 1, 1, 7)
    key_vector("memory-least", "tooCostly", "locked-identity", text_of("locked-identity", bytes(text)), "7 KiB", "a")


# Comparison without an identity.

def compare_vector(file, outcome, description, *, trailer, length, content, name=NAME, digest_key=DIGEST_KEY,
                   signers=(HOST,)):
    save("compare", f"{outcome}-{file}", {
        "description": description, "outcome": outcome, "name": name, "trailer": trailer.hex(),
            "objectByteCount": length,
        "content": base64.b64encode(content).decode(), "blockByteCount": BLOCK,
        "digestKey": text_of("digest-key", digest_key) if digest_key else None,
            "signers": [key.signer for key in signers]})


def write_comparisons():
    content = TEXT[:BLOCK + 500]
    data = Writer(content).write()
    base = {"trailer": data[-272:], "length": len(data), "content": content}
    compare_vector("content", "same", "the same content", **base)
    compare_vector("content", "different", "one byte differs", **{**base, "content": flip(77)(content)})
    compare_vector("length", "different", "one byte less", **{**base, "content": content[:-1]})
    compare_vector("no-key", "unknownKey", "the reader has no digest key", **base, digest_key=None)
    compare_vector("other-key", "unknownKey", "the reader has another digest key", **base,
        digest_key=OTHER_DIGEST_KEY)
    compare_vector("length-no-key", "different", "one byte less, and no digest key", **{
        **base, "content": content[:-1]},
                   digest_key=None)
    plain = Writer(content, digest_key=None).write()
    compare_vector("no-digest", "unknownKey", "the object has no digest", trailer=plain[-272:], length=len(plain),
                   content=content)
    compare_vector("cut", "lengthMismatch", "the object is shorter than the trailer tells", **{
        **base, "length": len(data) - 1})
    compare_vector("longer", "lengthMismatch", "the object is longer than the trailer tells", **{
        **base, "length": len(data) + 1})
    huge = changed(Writer(content), trailer_edit=put(16, b"\xff" * 8)).write()
    compare_vector("huge", "lengthMismatch", "2^64-1 sealed bytes", **{**base, "trailer": huge[-272:]})
    compare_vector("damaged", "badTrailer", "one bit is damaged", **{**base, "trailer": flip(40)(data[-272:])})
    compare_vector("short", "badTrailer", "271 bytes", **{**base, "trailer": data[-271:]})
    compare_vector("foreign", "badTrailer", "no trailer", **{**base, "trailer": bytes(272)})
    compare_vector("renamed", "badSignature", "read under another name", **base, name=OTHER_NAME)
    compare_vector("stranger", "untrustedSigner", "signed by somebody else", **base, signers=(STRANGER,))
    renamed = Writer(content, signing_key=None).write()
    compare_vector("renamed-unsigned", "different", "unsigned, read under another name: the digest binds it",
                   trailer=renamed[-272:], length=len(renamed), content=content, name=OTHER_NAME, signers=())


def main():
    for folder in ("stream", "keys", "compare", "manifest", "pack", "record", "backup"):
        shutil.rmtree(VECTORS / folder, ignore_errors=True)
        (VECTORS / folder).mkdir(parents=True)
    for write in (write_good, write_bad_headers, write_bad_messages, write_bad_ends, write_keys, write_comparisons):
        write()
    for write in (backup_vectors.write_manifests, backup_vectors.write_pack_directories, backup_vectors.write_records,
                  backup_vectors.write_backups):
        write(save)
    print({folder.name: len(list(folder.iterdir())) for folder in VECTORS.iterdir()})


if __name__ == "__main__":
    main()
