"""The vectors of base backups: folders manifest, pack, record and backup of Tests/Vectors (see make_vectors.py)."""

import base64, io

import trunkline_restore as restorer
from trunkline_read import Refused, blake2b
from trunkline_write import ALICE, BOB, HOST, STRANGER, Writer, octets
from trunkline_write_backup import (
    BLOCK, CLUSTER, NEW, OLD, OTHER, Manifest, PackWriter, begun, counted_text, directory_of, file, num, plain_stream,
    record, summary)

PREFIX = f"clusters/{CLUSTER}"
HEADER = 16 + 88 + 24 + 32  # with one slot
# Of the earlier backup: twenty pages in two blocks, and some bytes.
OLD_CHAPTERS = (b"".join(bytes([65 + i]) * 8192 for i in range(20)), b"old" * 10)


def outcome_of(body):
    try:
        body()
        return "success"
    except Refused as refusal:
        return refusal.failure


# Manifests.


def example():
    """A manifest with one of everything, of chapters that do not exist."""
    manifest = Manifest()
    manifest.annotations = {"reason": "before the upgrade", "ticket.number": "4711 – ü"}
    manifest.tablespace_map = b"16400 /srv/fast\n"
    manifest.flags = 3
    manifest.packs = [(f"{OLD}/000001", 5000), (f"{NEW}/000001", 1 << 28), (f"{OLD}/000007", 1 << 40)]
    manifest.chapters = [
        {"pack": pack, "number": number, "offset": offset, "sealed": 4000, "content": content, "codes": octets(codes)}
        for pack, number, offset, content, codes in (
            (0, 0, 0, 3 * BLOCK, "a"), (1, 0, 0, 4 << 20, "b"), (1, 999_999, (1 << 28) - 4000, 0, "c"),
            (2, 3, 1 << 39, 100, "d"))]
    manifest.directories = [
        ("base", 0o700), ("base/5", 0o700), ("pg_tblspc", 0o700), ("pg_tblspc/16400", 0o700), ("pg_wal", 0o700)]
    manifest.links = [("pg_tblspc/16400", "/srv/fast", 1), ("pg_wal", "../wal", 0), ("postgresql.conf", "/etc/p", 0)]
    big = b"\0" * BLOCK + b"x" * BLOCK + b"y" * 100
    manifest.files = [
        file("PG_VERSION", b"15\n", [(3, 3, 0)], mode=0o640),
        file("base/5/1259", big, [(BLOCK, None, 0), (BLOCK, 0, BLOCK), (100, 3, 0)]),
        file("base/5/1259_fsm", b"z" * 50, [(20, 1, 0), (30, 0, 3 * BLOCK - 30)], checksum=False),
        file("base/5/1260"),
        file("base/5/é", b"a", [(1, 3, 99)], hashes=False),
        file("pg_tblspc/16400/x", b"\0" * 3, [(1, None, 0), (2, None, 0)]),
        file("postgresql.conf", b"q", [(1, 1, (4 << 20) - 1)], mode=0o7777),
    ]
    return manifest


def write_manifests(save):
    def case(outcome, name, description, content):
        found = outcome_of(lambda: restorer.Manifest(content))
        assert found == outcome, f"{name}: {found} instead of {outcome}"
        vector = {"description": description, "outcome": outcome, "content": content.hex()}
        save("manifest", f"{outcome}-{name}", vector)

    def good(name, description, manifest):
        case("success", name, description, manifest.encode())

    def bad(name, description, *, outcome="badManifest", change=lambda manifest: None, **options):
        manifest = example()
        change(manifest)
        case(outcome, name, description, manifest.encode(**options))

    def edited(name, description, **fields):
        bad(name, description, edits={field.replace("__", "."): value for field, value in fields.items()})

    good("empty", "no packs, directories, links and files", Manifest())
    good("example", "one of everything", example())
    most = Manifest()
    most.segment, most.page, most.flags, most.timeline, most.major = 1 << 30, 32 << 10, 0, (1 << 32) - 1, 1000
    most.system = most.start = most.stop = (1 << 64) - 1
    most.started = most.stopped = most.scanned = (1 << 63) - 1
    most.label, most.owner, most.annotations = bytes(range(256)), "", {f"key{i:02}": "v" * 1024 for i in range(64)}
    good("largest", "numbers at their upper bounds", most)
    least = Manifest()
    least.segment, least.page, least.timeline, least.major, least.annotations = 1 << 20, 1024, 1, 0, {"k" * 64: ""}
    least.system = least.start = least.stop = least.started = least.stopped = least.scanned = least.flags = 0
    good("smallest", "numbers at their lower bounds", least)

    for name, content in {
        "empty": b"", "magic": b"TRNKBKUQ\1" + bytes(100), "version-0": b"TRNKBKUP\0" + bytes(100),
        "version-2": example().encode(edits={"magic": b"TRNKBKUP\2"}), "short": b"TRNKBKUP",
        "stream": Writer(b"x").write(),
    }.items():
        case("notAManifest", name, f"no manifest of version 1: {name}", content)

    bad("more", "a byte follows the end", tail=b"\0")
    length = len(example().encode())
    for cut in (9, 10, 60, 150, 300, length - 1):
        bad(f"cut-{cut}", f"the first {cut} of {length} bytes", cut=cut)
    edited("number-long", "a number in a longer form than it needs", major=b"\x8f\0")
    edited("number-65-bits", "a number of more than 64 bits", start=b"\xff" * 9 + b"\x02")
    edited("number-endless", "a number of eleven bytes", start=b"\xff" * 10 + b"\x01")
    edited("id", "an id with a day that does not exist", id=counted_text("20261131T020000Z-0000000b"))
    edited("id-second", "an id of second 60", id=counted_text("20261130T020060Z-0000000b"))
    edited("cluster", "an illegal name of a cluster", cluster=counted_text("-x"))
    edited("text", "a text that is not UTF-8", owner=counted_text(b"\xff"))
    edited("major", "version 1001", major=num(1001))
    edited("segment", "a segment size that is no power of two", segment=num(3 << 20))
    edited("segment-small", "a segment size below 1 MiB", segment=num(1 << 19))
    edited("segment-large", "a segment size above 1 GiB", segment=num(1 << 31))
    edited("page", "a page size that is no power of two", page=num(8193))
    edited("page-zero", "pages of no bytes", page=num(0))
    edited("page-large", "pages of 64 KiB", page=num(64 << 10))
    edited("flags", "an unknown flag", flags=num(4))
    edited("timeline-zero", "timeline 0", timeline=num(0))
    edited("timeline-large", "timeline 2^32", timeline=num(1 << 32))
    edited("time", "a time of 64 bits", scanned=num(1 << 63))

    def annotations(*pairs):
        return {"annotations": num(len(pairs)), "annotation.reason": b"".join(
            counted_text(key) + counted_text(value) for key, value in pairs), "annotation.ticket.number": b""}

    for name, pairs in {
        "order": [("b", "1"), ("a", "2")], "twice": [("a", "1"), ("a", "2")], "key-empty": [("", "1")],
        "key-letter": [("ä", "1")], "key-long": [("k" * 65, "1")], "value-long": [("k", "v" * 1025)],
        "value-newline": [("k", "a\nb")], "value-delete": [("k", "a\x7f")],
        "many": [(f"key{i:02}", "") for i in range(65)],
    }.items():
        bad(f"annotations-{name}", f"annotations: {name}", edits=annotations(*pairs))

    edited("sources-none", "a pack, but no backup that wrote it",
           **{"sources": num(0), f"source.{OLD}": b"", f"source.{NEW}": b""})
    edited("sources-more", "a backup that wrote no pack", **{"sources": num(3), f"source.{NEW}":
           counted_text(NEW) + counted_text(OTHER)})
    edited("sources-twice", "a backup is named twice", **{f"source.{NEW}": counted_text(OLD)})
    edited("sources-order", "backups not in the order of their first use",
           **{"pack.0": num(1) + num(1) + num(5000), "pack.1": num(0) + num(1) + num(1 << 28)})
    edited("source-id", "a backup without a legal id", **{f"source.{NEW}": counted_text("x" * 25)})
    edited("pack-source", "a pack of a backup beyond the list", pack__2=num(2) + num(7) + num(9))
    edited("pack-ordinal-zero", "ordinal 0", pack__0=num(0) + num(0) + num(5000))
    edited("pack-ordinal-large", "ordinal 1,000,000", pack__0=num(0) + num(1_000_000) + num(5000))
    edited("pack-length", "a pack of more than 2^40 bytes", pack__2=num(0) + num(7) + num((1 << 40) + 1))
    edited("pack-twice", "a pack is there twice", pack__2=num(0) + num(1) + num(1 << 40))
    edited("packs-many", "more packs than bytes", packs=num(1 << 60))
    edited("packs-none", "chapters, but no pack", **{"sources": num(0), f"source.{OLD}": b"", f"source.{NEW}": b"",
           "packs": num(0), "pack.0": b"", "pack.1": b"", "pack.2": b""})
    edited("chapters-many", "more chapters than bytes", chapters=num((1 << 64) - 1))
    edited("chapter-pack", "a chapter of a pack beyond the list", chapter__0__pack=num(3))
    edited("chapter-number", "chapter 1,000,000", chapter__0__number=num(1_000_000))
    edited("chapter-offset", "a chapter that begins beyond the end of its pack", chapter__0__offset=num(5001))
    edited("chapter-end", "a chapter that ends beyond the end of its pack", chapter__0__offset=num(1001))
    edited("chapter-offset-huge", "offset and length together have more than 64 bits",
           chapter__0__offset=num((1 << 64) - 1))
    edited("chapter-sealed", "more sealed bytes than a chapter can have", chapter__1__sealed=num(5 << 20))
    edited("chapter-content", "a chapter of more than 4 MiB", chapter__1__content=num((4 << 20) + 1))

    for name, path in {
        "absolute": "/etc/passwd", "parent": "base/../x", "dot": "base/./x", "empty": "", "slashes": "base//x",
        "slash": "base/x/", "zero": "base/\0", "dots": "..", "long": "p" * 4097,
    }.items():
        bad(f"path-{name}", f"an illegal path of a file: {name}", change=lambda manifest: manifest.files.__setitem__(
            slice(None), [file(path, b"15\n", [(3, 3, 0)])]), edits={"links": num(2), "link.postgresql.conf": b""})
        if name != "long":
            bad(f"directory-{name}", f"an illegal path of a directory: {name}",
                edits={"directory.pg_wal": counted_text(path) + num(0o700)})
    edited("path-text", "a path that is not UTF-8", **{"file.PG_VERSION.path": num(0) + counted_text(b"P\xff")})
    edited("path-shared", "a path that shares more than it tells", **{"file.base/5/1259_fsm.path":
           num(10) + counted_text("9_fsm")})
    edited("path-shared-much", "a path that shares more than there is", **{"file.base/5/1259_fsm.path":
           num(12) + counted_text("_fsm")})
    edited("path-order", "files out of order", **{"file.base/5/1259_fsm.path": num(7) + counted_text("0")})
    edited("path-twice", "a file is there twice", **{"file.base/5/1260.path": num(15) + counted_text("")})
    edited("path-orphan", "a file in no directory", **{"file.base/5/1259_fsm.path": num(5) + counted_text("6/x")})
    bad("path-below-file", "a file below a file", change=lambda manifest: manifest.files.insert(
        4, file("base/5/1260/x")))
    bad("path-both", "a file and a directory", change=lambda manifest: manifest.files.insert(1, file("base")))
    edited("directory-order", "directories out of order", **{"directory.base/5": counted_text("a") + num(0o700)})
    edited("directory-twice", "a directory is there twice", **{"directory.base/5": counted_text("base") + num(0o700)})
    edited("directory-orphan", "a directory in no directory", **{"directory.pg_wal":
           counted_text("pg_x/y") + num(0o700)})
    edited("directory-mode", "a mode of more than twelve bits", **{"directory.base":
           counted_text("base") + num(0o10000)})
    for name, octets_ in {
        "target-empty": counted_text("") + num(0), "target-zero": counted_text("a\0") + num(0),
        "target-text": counted_text(b"\xff") + num(0), "kind": counted_text("x") + num(2),
    }.items():
        edited(f"link-{name}", f"a link: {name}", **{"link.pg_wal": counted_text("pg_wal") + octets_})
    edited("link-orphan", "a link in no directory", **{"link.pg_wal":
           counted_text("pg_tblspd/x") + counted_text("x") + num(0)})
    edited("link-order", "links out of order", **{"link.pg_wal": counted_text("pg_") + counted_text("x") + num(0)})
    edited("file-mode", "a mode of more than twelve bits", **{"file.PG_VERSION.mode": num(0o10000)})
    edited("file-time", "a time of 64 bits", **{"file.PG_VERSION.modified": num(1 << 63)})
    edited("file-flags", "an unknown flag", **{"file.PG_VERSION.flags": num(4)})
    edited("file-size", "fewer bytes than the pieces have", **{"file.PG_VERSION.size": num(2)})
    edited("file-size-more", "more bytes than the pieces have", **{"file.PG_VERSION.size": num(4)})
    edited("file-size-huge", "2^64 - 1 bytes, with hashes", **{"file.PG_VERSION.size": num((1 << 64) - 1)})
    edited("file-hashes-empty", "hashes of an empty file", **{"file.base/5/1260.flags": num(3)})
    edited("file-hashes-missing", "hashes that are not there", **{"file.postgresql.conf.hashes": b""})
    edited("piece-none", "a file without its pieces", **{"file.PG_VERSION.pieces": num(0),
           "file.PG_VERSION.piece.0": b""})
    edited("piece-empty", "a piece of no bytes", **{"file.PG_VERSION.pieces": num(2),
           "file.PG_VERSION.piece.0": num(0) + num(0) + num(3) + num(0)})
    edited("piece-long", "a piece of more than 2^30 bytes", **{"file.PG_VERSION.size": num((1 << 30) + 1),
           "file.PG_VERSION.piece.0": num((1 << 30) + 1) + num(0)})
    edited("piece-chapter", "a piece of a chapter beyond the list", **{"file.PG_VERSION.piece.0":
           num(3) + num(5) + num(0)})
    edited("piece-end", "a piece that ends beyond its chapter", **{"file.PG_VERSION.piece.0":
           num(3) + num(4) + num(98)})
    edited("piece-offset", "a piece that begins beyond its chapter", **{"file.PG_VERSION.piece.0":
           num(3) + num(4) + num(101)})
    edited("pieces-many", "more pieces than bytes", **{"file.PG_VERSION.pieces": num(1 << 62)})
    edited("files-many", "more files than bytes", files=num(1 << 40))


# Pack directories.


def write_pack_directories(save):
    def case(outcome, name, description, directory, length):
        chapters = []
        found = outcome_of(lambda: chapters.extend(restorer.parse_pack_directory(directory, length)))
        assert found == outcome, f"{name}: {found} instead of {outcome}"
        vector = {"description": description, "outcome": outcome, "directory": directory.hex(),
                  "objectByteCount": length}
        if outcome == "success":
            vector["chapters"] = [list(chapter) for chapter in chapters]
        save("pack", f"{outcome}-{name}", vector)

    def good(name, description, chapters):
        directory = directory_of(chapters)
        case("success", name, description, directory, sum(length for _, length in chapters) + len(directory))

    def bad(name, description, chapters, body=100, cut=0, outcome="badPackDirectory", **options):
        directory = directory_of(chapters, **options)
        case(outcome, name, description, directory[cut:], body + len(directory))

    two = [(0, 60), (60, 40)]
    good("none", "a pack without a chapter", [])
    good("one", "one chapter", [(0, 100)])
    good("two", "two chapters", two)
    good("order", "chapters in another order than their numbers", [(60, 40), (0, 50), (50, 10)])
    good("large", "a chapter of 2^32 - 1 bytes", [(0, (1 << 32) - 1), ((1 << 32) - 1, 1)])
    bad("magic", "another magic", two, magic=b"TRNKPACJ", outcome="notAPack")
    case("notAPack", "short", "47 bytes", directory_of([])[1:], 1000)
    case("notAPack", "empty", "no bytes", b"", 0)
    case("notAPack", "stream", "the end of a stream", Writer(b"x").write()[-72:], 1000)
    bad("reserved", "the reserved field is not zero", two, reserved=1)
    bad("hash", "a wrong hash", two, digest=bytes(32))
    bad("count-more", "it counts more chapters than there are", two, count=3)
    bad("count-less", "it counts fewer chapters than there are", two, count=1)
    bad("count-huge", "2^32 - 1 chapters", two, count=(1 << 32) - 1)
    bad("cut", "the first byte is missing", two, cut=1)
    bad("hole", "a hole between chapters", [(0, 50), (60, 40)])
    bad("overlap", "chapters that overlap", [(0, 70), (60, 40)])
    bad("twice", "the same chapter twice", [(0, 100), (0, 100)])
    bad("begin", "bytes before the first chapter", [(1, 99)])
    bad("end", "bytes behind the last chapter", [(0, 99)])
    bad("beyond", "a chapter beyond the directory", [(0, 101)])
    bad("zero", "a chapter of no bytes", [(0, 100), (100, 0)])
    bad("huge", "an offset of 64 bits", [(0, 100), ((1 << 64) - 1, 1)])
    case("badPackDirectory", "length", "the object is shorter than its directory", directory_of(two), 71)


# Records.


def write_records(save):
    def case(outcome, name, description, kind, content, backup=NEW):
        read = {"begun": restorer.parse_begun, "summary": restorer.parse_summary}[kind]
        found = outcome_of(lambda: read(content, CLUSTER, backup))
        assert found == outcome, f"{kind} {name}: {found} instead of {outcome}"
        save("record", f"{outcome}-{kind}-{name}", {
            "description": description, "outcome": outcome, "kind": kind,
            "name": f"{PREFIX}/backups/{backup}/{kind}", "content": content.decode()})

    case("success", "none", "no sources", "begun", record(begun()))
    case("success", "sources", "two sources", "begun", record(begun(sources=(OLD, OTHER))))
    case("success", "more", "a member that nobody knows", "begun", record(begun(more="x", most=1)))
    case("success", "many", "more bytes than other records have", "begun", record(begun(sources=(OLD,) * 200)))
    base = example()
    case("success", "example", "all members", "summary", record(summary(base, base=OLD, method="hashes")))
    needed = ("backup", "cluster", "system", "version", "timeline", "segmentBytes", "startLSN", "stopLSN", "started",
              "stopped", "method", "packs")
    case("success", "least", "only the members it must have", "summary", record(
        {name: value for name, value in summary(Manifest()).items() if name in needed}))
    case("success", "spaces", "white space and escapes", "summary", record(summary(base)).replace(
        b'","', b'" ,\r\n\t"').replace(b"0/2000028", b"0\\/2000028"))
    many = " ".join(f"{OLD}/{i:06}" for i in range(1, 2001, 2))
    case("success", "many", "a thousand packs that are no runs", "summary", record(summary(base, packs=many)))
    runs = f"{OLD}/000001-999999 {NEW}/000001-000002 {NEW}/000004"
    case("success", "runs", "runs of packs", "summary", record(summary(base, packs=runs)))
    most = f"{OLD}/000001-999999 {NEW}/000001-048577"
    case("success", "most", "2^20 packs", "summary", record(summary(base, packs=most)))
    case("badRecord", "packs-many", "2^20 packs and one", "summary", record(summary(
        base, packs=f"{most} {OTHER}/000001")))

    for kind, members, names in (("begun", begun(), ("backup", "cluster", "system", "sources")),
                                 ("summary", summary(base), needed)):
        for name in names:
            rest = {key: value for key, value in members.items() if key != name}
            case("badRecord", f"no-{name}", f'"{name}" is missing', kind, record(rest))
            wrong = "x" if isinstance(members[name], int) else 7
            case("badRecord", f"kind-{name}", f'"{name}" is of the other kind', kind, record({**members, name: wrong}))
        case("badRecord", "other-backup", "it is of another backup", kind, record({**members, "backup": OLD}))
        case("badRecord", "other-cluster", "it is of another cluster", kind, record({**members, "cluster": "other"}))
        case("badRecord", "empty", "no bytes", kind, b"")
        case("badRecord", "array", "no object", kind, b"[]\n")
        case("badRecord", "cut", "the end is missing", kind, record(members)[:-2])
        case("badRecord", "twice", "a name comes twice", kind, b'{"backup":"x",' + record(members)[1:])
        case("badRecord", "escape", "an escape that no record has", kind, record({**members, "x": "a\nb"}))
        case("badRecord", "nested", "an object within", kind, record({**members, "x": {}}))
        case("badRecord", "negative", "a negative number", kind, record({**members, "x": -1}))
        case("badRecord", "control", "a control character in a text", kind, record({**members, "x": "ab"}).replace(
            b'"ab"', b'"a\nb"'))
    case("badRecord", "source", "a source that is no id", "begun", record(begun(sources=("x",))))
    for name, changes in {
        "pack": {"packs": f"{OLD}/1"}, "pack-zero": {"packs": f"{OLD}/000000"}, "pack-id": {"packs": "x/000001"},
        "pack-more": {"packs": f"{OLD}/000001/2"}, "run-order": {"packs": f"{OLD}/000002-000001"},
        "run-one": {"packs": f"{OLD}/000001-000001"}, "run-end": {"packs": f"{OLD}/000001-"},
        "run-zero": {"packs": f"{OLD}/000000-000001"}, "lsn": {"startLSN": "0"}, "method": {"method": "guesses"},
        "timeline": {"timeline": 0}, "timeline-large": {"timeline": 1 << 32}, "segment": {"segmentBytes": 5 << 20},
        "version": {"version": "fifteen"}, "system": {"system": "07"},
    }.items():
        case("badRecord", name, f"a wrong member: {name}", "summary", record(summary(base, **changes)))


# Whole backups.


class Repository:
    """A backup of a few files: some in a pack of its own, some in one of an earlier backup."""

    def __init__(self, cipher=1, recipients=(ALICE,), signing_key=HOST):
        self.options = {"cipher": cipher, "recipients": recipients}
        self.signing_key, self.objects = signing_key, {}
        old = PackWriter(f"{OLD}/000003", **self.options)
        self.old, self.new = old, PackWriter(f"{NEW}/000001", **self.options)
        pages, olds = OLD_CHAPTERS
        fresh = b"new page" * 1024
        manifest = self.manifest = Manifest()
        manifest.annotations = {"ticket": "17"}
        manifest.chapters = [
            old.add(pages), self.new.add(b"15\n" + b"control" + fresh, 1), old.add(olds), self.new.add(b"", 1)]
        manifest.directories = [("base", 0o750), ("global", 0o700), ("pg_tblspc", 0o700), ("pg_tblspc/16400", 0o700)]
        manifest.links = [("pg_tblspc/16400", "/srv/fast", 1)]
        changed = pages[:8192] + fresh + pages[16384:] + bytes(5000)
        self.contents = {
            "PG_VERSION": b"15\n", "base/1": changed, "base/2": b"", "global/pg_control": b"control",
            "pg_tblspc/16400/x": b"oldold"}
        pieces = {
            "PG_VERSION": [(3, 1, 0)],
            "base/1": [(8192, 0, 0), (8192, 1, 10), (len(pages) - 16384, 0, 16384), (5000, None, 0)],
            "base/2": [], "global/pg_control": [(7, 1, 3)], "pg_tblspc/16400/x": [(3, 2, 0), (3, 2, 27)]}
        manifest.files = [file(path, content, pieces[path]) for path, content in self.contents.items()]

    def finish(self, edit=lambda self: None, *, manifest_options=None, **changes):
        packs = {pack.pack: pack.write() for pack in (self.old, self.new)}
        self.manifest.packs = [(pack, len(octets)) for pack, octets in packs.items()]
        edit(self)
        prefix = f"{PREFIX}/backups/{NEW}"
        options = {"signing_key": self.signing_key, "digest_key": None, **self.options, **(manifest_options or {})}
        self.objects = {
            f"{prefix}/begun": plain_stream(f"{prefix}/begun", record(begun(sources=(OLD,))), self.signing_key),
            f"{prefix}/manifest": Writer(self.manifest.encode(), name=f"{prefix}/manifest", **options).write(),
            f"{prefix}/summary": plain_stream(
                f"{prefix}/summary", record(summary(self.manifest, **changes)), self.signing_key),
            **{f"{PREFIX}/packs/{pack}": octets for pack, octets in packs.items()}}
        return self


def write_backups(save):
    def case(outcome, name, description, repository, *, identities=(ALICE,), signers=(HOST,), accept=False):
        def read(name, offset=0, length=None):
            if name not in repository.objects:
                raise Refused("missingObject", name)
            octets = repository.objects[name]
            return octets[offset:] if length is None else octets[offset:offset + length]

        files = {}

        def restore():
            backup = restorer.Backup(read, CLUSTER, NEW, [key.secret for key in identities],
                                     [key.sign_public for key in signers], accept)
            for item in backup.manifest.files:
                sink = io.BytesIO()
                backup.write(item, sink)
                content = sink.getvalue().ljust(item.size, b"\0")
                assert content == repository.contents[item.path.decode()]
                files[item.path.decode()] = {"mode": item.mode, "byteCount": len(content),
                                             "blake2b256": blake2b(content).hex()}

        found = outcome_of(restore)
        assert found == outcome, f"{name}: {found} instead of {outcome}"
        vector = {
            "description": description, "outcome": outcome, "cluster": CLUSTER, "backup": NEW,
            "identities": [key.identity for key in identities], "signers": [key.signer for key in signers],
            "acceptUnencrypted": accept,
            "objects": {name: base64.b64encode(octets).decode() for name, octets in repository.objects.items()}}
        if outcome == "success":
            vector["files"] = files
        save("backup", f"{outcome}-{name}", vector)

    def bad(outcome, name, description, edit, **options):
        repository = Repository().finish()
        edit(repository.objects)
        case(outcome, name, description, repository, **options)

    backups, packs = f"{PREFIX}/backups/{NEW}", f"{PREFIX}/packs"
    old, new = f"{packs}/{OLD}/000003", f"{packs}/{NEW}/000001"
    case("success", "encrypted", "two packs, shared chapters, pages, zeros", Repository().finish())
    case("success", "unencrypted", "cipher none", Repository(0).finish(), accept=True)
    case("success", "recipients", "two recipients", Repository(recipients=(BOB, ALICE)).finish())
    case("success", "unsigned", "no signature, and none asked for", Repository(signing_key=None).finish(), signers=())
    bad("success", "no-begun", "a restore does not need begun", lambda objects: objects.pop(f"{backups}/begun"))

    case("untrustedSigner", "unsigned", "no signature", Repository(signing_key=None).finish())
    case("untrustedSigner", "stranger", "signed by somebody else", Repository(signing_key=STRANGER).finish())
    unsigned = Repository().finish(manifest_options={"signing_key": None})
    case("untrustedSigner", "manifest", "a manifest without a signature", unsigned)
    case("notEncrypted", "chapters", "cipher none where encryption is expected", Repository(0).finish())
    plain_manifest = Repository().finish(manifest_options={"cipher": 0, "recipients": ()})
    case("notEncrypted", "manifest", "a manifest of cipher none", plain_manifest)
    case("noMatchingIdentity", "foreign", "sealed to somebody else", Repository().finish(), identities=(BOB,))
    for name in ("summary", "manifest"):
        bad("missingObject", name, f"there is no {name}", lambda objects: objects.pop(f"{backups}/{name}"))
    bad("missingObject", "pack", "a pack is gone", lambda objects: objects.pop(old))
    bad("wrongNameOrDamaged", "summary", "the summary of another backup", lambda objects: objects.update({
        f"{backups}/summary": plain_stream(f"{PREFIX}/backups/{OLD}/summary", record(summary(Manifest(OLD))))}))
    bad("badRecord", "summary", "a summary that tells of another backup", lambda objects: objects.update({
        f"{backups}/summary": plain_stream(f"{backups}/summary", record(summary(Manifest(OLD))))}))
    bad("wrongManifest", "packs", "the summary lacks a pack", lambda objects: objects.update({
        f"{backups}/summary": plain_stream(f"{backups}/summary", record(summary(
            Repository().finish().manifest, packs=f"{OLD}/000003")))}))
    bad("success", "packs-more", "the summary names a pack more: nothing needs it", lambda objects: objects.update({
        f"{backups}/summary": plain_stream(f"{backups}/summary", record(summary(
            Repository().finish().manifest, packs=f"{OLD}/000003 {NEW}/000001-000002")))}))
    other = Repository()
    other.manifest.system += 1
    other.finish(system=str(Manifest().system))
    case("wrongManifest", "system", "manifest and summary name different systems", other)
    other = Repository()
    other.manifest.id = OLD
    case("wrongManifest", "id", "the manifest is of another backup", other.finish(backup=NEW))

    def put(name, octets):
        return lambda objects: objects.update({name: octets})

    whole = Repository().finish().objects[old]
    first, second = (chapter["sealed"] for chapter in Repository().old.chapters)
    bad("wrongNameOrDamaged", "swapped", "another chapter of the pack in the place of one", put(
        old, whole[first:first + second].ljust(first, b"\0") + whole[first:]))
    bad("wrongNameOrDamaged", "other-pack", "a pack under the name of another one", put(old, old_pack(f"{OLD}/000004")))
    bad("wrongChapter", "forged", "a pack of the same name and lengths that somebody else sealed", put(
        old, old_pack(f"{OLD}/000003", "forged")))
    bad("wrongChapter", "cut", "a pack that ends early", put(old, whole[:first + 10]))
    damaged = bytearray(Repository().finish().objects[new])
    damaged[HEADER + 10] ^= 1
    bad("wrongNameOrDamaged", "damaged", "a damaged chapter", put(new, bytes(damaged)))
    wrong = Repository()
    wrong.manifest.files[1]["checksum"] ^= 1
    case("wrongChecksum", "file", "a file of other bytes than its checksum is of", wrong.finish())
    short = Repository()
    short.manifest.chapters[0]["content"] += 1
    case("wrongChapter", "content", "a chapter with less content than the manifest says", short.finish())
    other = Repository()
    other.manifest.links.append(("socket", "/run/x", 0))
    case("success", "link", "nothing is behind a link", other.finish())
    wrong = Repository()
    wrong.manifest.links[0] = ("pg_tblspc/16400", "", 1)
    case("badManifest", "link", "a link without a target", wrong.finish())
    foreign = Repository()
    foreign.finish()
    foreign.objects[f"{backups}/manifest"] = Writer(
        foreign.manifest.encode(), name=f"{PREFIX}/backups/{OLD}/manifest", digest_key=None).write()
    case("wrongNameOrDamaged", "manifest", "the manifest of another backup", foreign)


def old_pack(pack, seed=None):
    """The content of the old pack, sealed for another name, or with a file key that somebody else drew."""
    writer = PackWriter(pack)
    if seed:
        writer.shared = octets(seed, len(writer.shared))
    for content in OLD_CHAPTERS:
        writer.add(content)
    return writer.write()
