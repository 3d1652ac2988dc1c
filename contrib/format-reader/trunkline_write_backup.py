"""Writes base backups by docs/FORMAT.md, for vectors, and can break every rule on purpose: not a backup program."""

import json, struct

from trunkline_read import blake2b
from trunkline_restore import BLOCK, Checksum, xxh3_block
from trunkline_write import ALICE, HOST, Key, Writer, octets

CLUSTER = "main"
OLD, NEW, OTHER = "20261101T020000Z-0000000a", "20261102T020000Z-0000000b", "20261103T020000Z-0000000c"
BLOCK_KEY = octets("block key")


def num(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out + bytes([value]))


def counted_text(value):
    value = value.encode() if isinstance(value, str) else value
    return num(len(value)) + value


class Manifest:
    """Everything in it can be changed before `fields`, and every field after it."""

    def __init__(self, backup=NEW, cluster=CLUSTER):
        self.id, self.cluster, self.system, self.major, self.version = backup, cluster, 7387291834567812345, 15, "15.20"
        self.segment, self.page, self.flags, self.timeline = 16 << 20, 8192, 1, 3
        self.start, self.stop, self.started, self.stopped = 0x2000028, 0x2000138, 1793930400, 1793930460
        self.scanned, self.block_key, self.owner, self.group = 1793930401 * 10**9, BLOCK_KEY, "postgres", "postgres"
        self.label, self.tablespace_map, self.annotations = b"START WAL LOCATION: 0/2000028\n", b"", {}
        self.packs, self.chapters, self.directories, self.links, self.files = [], [], [], [], []

    def fields(self):
        """(name, octets) of each field."""
        yield "magic", b"TRNKBKUP\1"
        yield "id", counted_text(self.id)
        yield "cluster", counted_text(self.cluster)
        for name in ("system", "major"):
            yield name, num(getattr(self, name))
        yield "version", counted_text(self.version)
        for name in ("segment", "page", "flags", "timeline", "start", "stop", "started", "stopped", "scanned"):
            yield name, num(getattr(self, name))
        yield "block_key", self.block_key
        for name in ("owner", "group", "label", "tablespace_map"):
            yield name, counted_text(getattr(self, name))
        yield "annotations", num(len(self.annotations))
        for key, value in sorted(self.annotations.items()):
            yield f"annotation.{key}", counted_text(key) + counted_text(value)
        yield from self.pack_fields()
        yield "directories", num(len(self.directories))
        for path, mode in self.directories:
            yield f"directory.{path}", counted_text(path) + num(mode)
        yield "links", num(len(self.links))
        for path, target, kind in self.links:
            yield f"link.{path}", counted_text(path) + counted_text(target) + num(kind)
        yield "files", num(len(self.files))
        previous = b""
        for file in self.files:
            yield from file_fields(file, previous)
            previous = file["path"].encode()

    def pack_fields(self):
        sources = list(dict.fromkeys(pack.split("/")[0] for pack, _ in self.packs))
        yield "sources", num(len(sources))
        for source in sources:
            yield f"source.{source}", counted_text(source)
        yield "packs", num(len(self.packs))
        for index, (pack, length) in enumerate(self.packs):
            source, ordinal = pack.split("/")
            yield f"pack.{index}", num(sources.index(source)) + num(int(ordinal)) + num(length)
        yield "chapters", num(len(self.chapters))
        for index, chapter in enumerate(self.chapters):
            for name in ("pack", "number", "offset", "sealed", "content"):
                yield f"chapter.{index}.{name}", num(chapter[name])
            yield f"chapter.{index}.codes", chapter["codes"]

    def encode(self, edits=None, cut=None, tail=b""):
        """The content; `edits` replaces fields by their names."""
        edits = dict(edits or {})
        out = b"".join(edits.pop(name, value) for name, value in self.fields())
        assert not edits, edits
        return (out + tail)[:cut]


def file_fields(file, previous):
    path, name = file["path"].encode(), f"file.{file['path']}"
    shared = 0
    while shared < min(len(path), len(previous)) and path[shared] == previous[shared]:
        shared += 1
    yield f"{name}.path", num(shared) + counted_text(path[shared:])
    for field in ("mode", "size", "modified", "changed", "inode"):
        yield f"{name}.{field}", num(file[field])
    yield f"{name}.flags", num((file["checksum"] is not None) + 2 * (file["hashes"] is not None))
    yield f"{name}.checksum", b"" if file["checksum"] is None else struct.pack("<I", file["checksum"])
    yield f"{name}.pieces", num(len(file["pieces"]))
    for index, (length, chapter, offset) in enumerate(file["pieces"]):
        place = num(0) if chapter is None else num(chapter + 1) + num(offset)
        yield f"{name}.piece.{index}", num(length) + place
    yield f"{name}.hashes", b"".join(struct.pack("<QQ", *pair) for pair in file["hashes"] or [])


def file(path, content=b"", pieces=(), *, mode=0o600, checksum=True, hashes=True):
    """A file as a manifest has it; `pieces` are (length, index of the chapter or None, offset)."""
    value = Checksum()
    value.update(content)
    blocks = [content[start : start + BLOCK] for start in range(0, len(content), BLOCK)]
    return {
        "path": path,
        "mode": mode,
        "size": len(content),
        "modified": 1793930000 * 10**9 + 5,
        "changed": 1793930001 * 10**9 + 6,
        "inode": 4711,
        "checksum": value.value if checksum else None,
        "pieces": list(pieces),
        "hashes": [xxh3_block(BLOCK_KEY, block) for block in blocks] if hashes and content else None,
    }


def directory_of(chapters, *, magic=b"TRNKPACK", count=None, reserved=0, digest=None):
    """A pack directory of (offset, length)."""
    out = b"".join(struct.pack("<QI", *chapter) for chapter in chapters)
    out += struct.pack("<II", len(chapters) if count is None else count, reserved) + magic
    return out + (blake2b(out) if digest is None else digest)


class PackWriter:
    """One pack: chapters under one file key. `chapters` is what a manifest says of them."""

    def __init__(self, pack, cluster=CLUSTER, **options):
        self.pack, self.name, self.options = pack, f"clusters/{cluster}/packs/{pack}", options
        self.body, self.chapters = b"", []
        self.recipients = options.get("recipients", (ALICE,))
        # The file key and the boxes' ephemeral keys, which all chapters have in common.
        self.shared = octets(f"pack {pack}", 32 + 32 * len(self.recipients))

    def add(self, content, index=0, *, numbered=None, **options):
        number = len(self.chapters) if numbered is None else numbered
        settings = {"exponent": 17, "digest_key": None, "signing_key": None, **self.options, **options}
        writer = Writer(content, name=f"{self.name}/{number}", **settings)
        if writer.cipher:
            writer.random = self.shared + octets(f"nonce {self.pack} {number}", 24)
        sealed = writer.write()
        self.chapters.append(
            {
                "pack": index,
                "number": number,
                "offset": len(self.body),
                "sealed": len(sealed),
                "content": len(content),
                "codes": sealed[-272:][80:112],
            }
        )
        self.body += sealed
        return self.chapters[-1]

    def write(self):
        return self.body + directory_of([(chapter["offset"], chapter["sealed"]) for chapter in self.chapters])


def plain_stream(name, content, signing_key=HOST, **options):
    settings = {"cipher": 0, "compression": 0, "exponent": 20, "digest_key": None, "signing_key": signing_key}
    return Writer(content, name=name, **{**settings, **options}).write()


def record(members):
    return json.dumps(members, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


def begun(backup=NEW, cluster=CLUSTER, sources=(), **changes):
    members = {"backup": backup, "cluster": cluster, "system": "7387291834567812345", "sources": " ".join(sources)}
    return {name: value for name, value in {**members, **changes}.items() if value is not None}


def pack_list(packs):
    """Runs of packs, ascending."""
    words = []
    for backup, ordinal in sorted(pack.split("/") for pack in packs):
        if words and words[-1][0] == backup and int(words[-1][2]) + 1 == int(ordinal):
            words[-1][2] = ordinal
        else:
            words.append([backup, ordinal, ordinal])
    return " ".join(f"{backup}/{first}" + (f"-{last}" if last != first else "") for backup, first, last in words)


def summary(manifest, **changes):
    """Members of a summary; None takes one out."""
    members = {
        "backup": manifest.id,
        "cluster": manifest.cluster,
        "system": str(manifest.system),
        "version": str(manifest.major),
        "serverVersion": manifest.version,
        "timeline": manifest.timeline,
        "segmentBytes": manifest.segment,
        "startLSN": "0/2000028",
        "stopLSN": "0/2000138",
        "started": "2026-11-06T02:00:00Z",
        "stopped": "2026-11-06T02:01:00Z",
        "snapshot": "740:740:",
        "method": "full",
        "standby": 0,
        "files": len(manifest.files),
        "bytes": sum(file["size"] for file in manifest.files),
        "readBytes": sum(file["size"] for file in manifest.files),
        "storedBytes": sum(length for _, length in manifest.packs),
        "reusedBytes": 0,
        "pageErrors": 0,
        "milliseconds": 60000,
        "packs": pack_list(pack for pack, _ in manifest.packs),
    }
    members.update({f"annotation.{key}": value for key, value in manifest.annotations.items()})
    return {name: value for name, value in {**members, **changes}.items() if value is not None}
