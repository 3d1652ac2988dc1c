#!/usr/bin/env python3
"""Restores the files of one base backup from a local repository, without Trunkline: everything follows docs/FORMAT.md.

    trunkline_restore.py REPOSITORY CLUSTER BACKUP --identity FILE --to DIR

BACKUP is an id, or "latest". DIR must be empty or not exist. What was behind a link of the data directory, a
tablespace too, is put in the link's place, so nothing is written outside of DIR. Exit status: 0 restored, 1 refused
(the failure class is printed), 2 usage. WAL is another matter: see README.md.
"""

import argparse, collections, getpass, io, json, os, pathlib, re, struct, sys
from datetime import datetime

from trunkline_read import (
    TRAILER, Refused, blake2b, check, load, parse_key, read_key_file, read_stream, unlock, xxh3_128)

try:
    from crc32c import crc32c  # https://pypi.org/project/crc32c: a hundred times faster than the lines below
except ImportError:
    crc32c = None

BLOCK, CHAPTER, PIECE = 128 << 10, 4 << 20, 1 << 30
RECORD, BEGUN, SUMMARY = 4096, 1 << 20, 4 << 20
TIME, PACKS = (1 << 63) - 1, 1 << 20
CONTROL = b"global/pg_control"
# A chapter at its largest: a header of 16 slots, 32 full blocks and an empty one that zstd could not shrink, a trailer.
SEALED = 16 + 16 * 88 + 24 + 32 + 33 * (4 + 17 + BLOCK + (BLOCK >> 8)) + TRAILER


# Names.


def is_id(text):
    match = re.fullmatch(r"([0-9]{8}T[0-9]{6})Z-[0-9a-f]{8}", text, re.ASCII)
    try:
        # The calendar of the module begins in year 1; year 0 has a leap day, as year 2000 has.
        return bool(match and datetime.strptime(re.sub("^0000", "2000", match[1]), "%Y%m%dT%H%M%S").second < 60)
    except ValueError:
        return False


def is_cluster(text):
    return bool(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", text, re.ASCII))


def is_number(text):
    return bool(re.fullmatch(r"0|[1-9][0-9]{0,19}", text, re.ASCII)) and int(text) < 1 << 64


def is_lsn(text):
    return bool(re.fullmatch(r"[0-9A-Fa-f]{1,8}/[0-9A-Fa-f]{1,8}", text, re.ASCII))


def is_path(path):
    parts = path.split(b"/")
    return 1 <= len(path) <= 4096 and b"\0" not in path and not any(part in (b"", b".", b"..") for part in parts)


def is_segment_size(size):
    return 1 << 20 <= size <= 1 << 30 and size & (size - 1) == 0


# Records (sections 6.2, 7.4, 7.5).


def parse_record(octets, limit=RECORD):
    def members(pairs):
        check(len({name for name, _ in pairs}) == len(pairs), "badRecord", "a name comes twice")
        return dict(pairs)

    def refuse(word):
        raise Refused("badRecord", f"{word} is no whole number")

    check(len(octets) <= limit, "badRecord", f"{len(octets)} bytes")
    check(not re.search(rb'\\[^"\\/]', octets.replace(rb"\\", b"")), "badRecord", "an escape that no record has")
    try:
        record = json.loads(octets.decode(), object_pairs_hook=members, parse_float=refuse, parse_constant=refuse)
    except ValueError as error:
        raise Refused("badRecord", str(error)) from None
    check(isinstance(record, dict), "badRecord", "no object")
    for name, value in record.items():
        is_whole = type(value) is int and 0 <= value < 1 << 64
        check(isinstance(value, str) or is_whole, "badRecord", f'"{name}" is neither a text nor a whole number')
    return record


def text(record, name, is_valid=lambda value: True):
    value = record.get(name)
    check(isinstance(value, str) and is_valid(value), "badRecord", f'"{name}" is missing or wrong')
    return value


def number(record, name, is_valid=lambda value: True):
    value = record.get(name)
    check(isinstance(value, int) and is_valid(value), "badRecord", f'"{name}" is missing or wrong')
    return value


def check_names(record, cluster, backup):
    check(text(record, "backup", is_id) == backup, "badRecord", "it is of another backup")
    check(text(record, "cluster", is_cluster) == cluster, "badRecord", "it is of another cluster")
    text(record, "system", is_number)


def parse_begun(octets, cluster, backup):
    record = parse_record(octets, BEGUN)
    check_names(record, cluster, backup)
    sources = [word for word in text(record, "sources").split(" ") if word]
    check(all(is_id(word) for word in sources), "badRecord", "a source is no id")
    return record, sources


def parse_summary(octets, cluster, backup):
    record = parse_record(octets, SUMMARY)
    check_names(record, cluster, backup)
    text(record, "version", lambda value: re.fullmatch("[0-9]{1,4}", value, re.ASCII))
    for name in ("startLSN", "stopLSN"):
        text(record, name, is_lsn)
    for name in ("started", "stopped"):
        text(record, name)
    text(record, "method", lambda value: value in ("full", "hashes", "summaries"))
    number(record, "timeline", lambda value: 1 <= value < 1 << 32)
    number(record, "segmentBytes", is_segment_size)
    return record, parse_packs(text(record, "packs"))


def parse_packs(words):
    """The ids of packs from runs of them: `<id>/<ordinal>` or `<id>/<first>-<last>`."""
    packs = []
    for word in words.split(" ") if words else []:
        match = re.fullmatch(r"([^/]*)/([0-9]{6})(?:-([0-9]{6}))?|", word, re.ASCII)
        check(match, "badRecord", f'"{word}" is no run of packs')
        if not word:
            continue
        first, last = int(match[2]), int(match[3] or match[2])
        is_run = is_id(match[1]) and first > 0 and (first < last if match[3] else True)
        check(is_run, "badRecord", f'"{word}" is no run of packs')
        check(len(packs) + last - first < PACKS, "badRecord", "more than 2^20 packs")
        packs += [f"{match[1]}/{ordinal:06}" for ordinal in range(first, last + 1)]
    return packs


# Pack directory (section 7.1).


def parse_pack_directory(octets, object_length):
    """(offset, length) of each chapter. `octets` are the last bytes of the object, all of the directory."""
    check(len(octets) >= 48 and octets[-40:-32] == b"TRNKPACK", "notAPack", "it does not end as a pack does")
    count, reserved = struct.unpack("<II", octets[-48:-40])
    check(count <= 1_000_000 and reserved == 0, "badPackDirectory", f"{count} chapters")
    check(12 * count + 48 == len(octets) <= object_length, "badPackDirectory", "another length")
    chapters = [struct.unpack("<QI", octets[start : start + 12]) for start in range(0, 12 * count, 12)]
    end = 0
    for offset, length in sorted(chapters):
        check(offset == end and length > 0, "badPackDirectory", "the chapters do not fill the pack")
        end += length
    check(end + len(octets) == object_length, "badPackDirectory", "the chapters do not fill the pack")
    check(blake2b(octets[:-32]) == octets[-32:], "badPackDirectory", "wrong hash")
    return chapters


# Block hashes (section 7.3).


def xxh3_block(block_key, block):
    """(high, low), as a manifest has them."""
    secret = b"".join(blake2b(b"trunkline block secret" + bytes([i]), 64, block_key) for i in range(3))
    value = xxh3_128(block, len(block), secret, len(secret))
    return value.high, value.low


# Manifest (section 7.2).


def need(condition, cause):
    check(condition, "badManifest", cause)


class Reader:
    def __init__(self, octets):
        self.octets, self.position = octets, 0

    def raw(self, count):
        need(count <= len(self.octets) - self.position, "it ends early")
        self.position += count
        return self.octets[self.position - count : self.position]

    def num(self, limit=(1 << 64) - 1, least=0):
        value, shift = 0, 0
        while True:
            byte = self.raw(1)[0]
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                need(byte or shift == 7, "a number is longer than it has to be")
                break
            need(shift < 70, "a number of more than 64 bits")
        need(least <= value <= limit, f"{value} where {least}...{limit} is possible")
        return value

    def bytes(self):
        return self.raw(self.num())

    def text(self):
        try:
            return self.bytes().decode()
        except UnicodeDecodeError:
            raise Refused("badManifest", "a text is not UTF-8") from None

    def times(self, body):
        count = self.num()
        need(count <= len(self.octets) - self.position, "more things than bytes")
        return [body() for _ in range(count)]

    def word(self, size):
        return int.from_bytes(self.raw(size), "little")


Pack = collections.namedtuple("Pack", "id length")
Chapter = collections.namedtuple("Chapter", "pack number offset sealed content codes")
File = collections.namedtuple("File", "path mode size modified changed inode checksum pieces hashes")
Piece = collections.namedtuple("Piece", "length chapter offset")


class Manifest:
    """The content of a manifest; paths are bytes."""

    def __init__(self, octets):
        self.reader = reader = Reader(octets)
        check(octets[:9] == b"TRNKBKUP\1", "notAManifest", "no manifest of this version")
        reader.raw(9)
        self.id, self.cluster = reader.text(), reader.text()
        need(is_id(self.id) and is_cluster(self.cluster), "no legal names")
        self.system, self.major, self.version = reader.num(), reader.num(1000), reader.text()
        self.segment, self.page, self.flags = reader.num(), reader.num(32 << 10, 1 << 10), reader.num(3)
        need(is_segment_size(self.segment) and self.page & (self.page - 1) == 0, "no powers of two")
        self.timeline, self.start, self.stop = reader.num((1 << 32) - 1, 1), reader.num(), reader.num()
        self.started, self.stopped, self.scanned = (reader.num(TIME) for _ in range(3))
        self.block_key = reader.raw(32)
        self.owner, self.group = reader.text(), reader.text()
        self.label, self.tablespace_map = reader.bytes(), reader.bytes()
        self.annotations = self.read_annotations()
        self.packs = self.read_packs()
        self.chapters = reader.times(self.read_chapter)
        self.directories = reader.times(lambda: (reader.bytes(), reader.num(0o7777)))
        self.links = reader.times(lambda: (reader.bytes(), reader.bytes(), reader.num(1)))
        self.previous = b""
        self.files = reader.times(self.read_file)
        need(reader.position == len(octets), "something follows the end")
        self.check_places()

    def read_annotations(self):
        pairs = self.reader.times(lambda: (self.reader.text(), self.reader.text()))
        need(len(pairs) <= 64 and is_ascending([key.encode() for key, _ in pairs]), "annotations out of order")
        for key, value in pairs:
            need(re.fullmatch(r"[A-Za-z0-9._-]{1,64}", key, re.ASCII), "an illegal key")
            octets = value.encode()
            need(len(octets) <= 1024 and all(octet >= 0x20 and octet != 0x7F for octet in octets), "an illegal value")
        return dict(pairs)

    def read_packs(self):
        reader = self.reader
        sources = reader.times(reader.text)
        need(all(is_id(source) for source in sources) and len(set(sources)) == len(sources), "sources")

        def read_pack():
            source = reader.num(len(sources) - 1)
            used.add(source)
            need(source < len(used), "sources are not numbered by their first use")
            return Pack(f"{sources[source]}/{reader.num(999_999, 1):06}", reader.num(1 << 40))

        used = set()
        packs = reader.times(read_pack)
        need(len(used) == len(sources), "a source without a pack")
        need(len({pack.id for pack in packs}) == len(packs), "a pack comes twice")
        return packs

    def read_chapter(self):
        num = self.reader.num
        chapter = Chapter(num(len(self.packs) - 1), num(999_999), num(), num(SEALED), num(CHAPTER), self.reader.raw(32))
        need(chapter.offset + chapter.sealed <= self.packs[chapter.pack].length, "a chapter beyond the end of its pack")
        return chapter

    def read_file(self):
        reader = self.reader
        shared = reader.num(len(self.previous))
        path = self.previous[:shared] + reader.bytes()
        need(is_text(path) and is_path(path) and path > self.previous, "a file's path")
        need(path[shared : shared + 1] != self.previous[shared : shared + 1], "a path that shares more")
        self.previous = path
        mode, size, modified, changed = reader.num(0o7777), reader.num(), reader.num(TIME), reader.num(TIME)
        inode, flags = reader.num(), reader.num(3)
        checksum = reader.word(4) if flags & 1 else None
        pieces = reader.times(self.read_piece)
        need(sum(piece.length for piece in pieces) == size, "the pieces do not make up the file")
        need(not flags & 2 or size > 0, "hashes of nothing")
        count = (size + BLOCK - 1) // BLOCK if flags & 2 else 0
        need(16 * count <= len(reader.octets) - reader.position, "more hashes than bytes")
        hashes = [(reader.word(8), reader.word(8)) for _ in range(count)] if flags & 2 else None
        return File(path, mode, size, modified, changed, inode, checksum, pieces, hashes)

    def read_piece(self):
        length, number = self.reader.num(PIECE, 1), self.reader.num(len(self.chapters))
        if number == 0:
            return Piece(length, None, 0)
        offset = self.reader.num(CHAPTER)
        need(offset + length <= self.chapters[number - 1].content, "a piece beyond the end of its chapter")
        return Piece(length, number - 1, offset)

    def check_places(self):
        folders = {path for path, _ in self.directories}
        files = {file.path for file in self.files}
        links = {link[0] for link in self.links}
        for paths in ([path for path, _ in self.directories], [link[0] for link in self.links]):
            need(is_ascending(paths) and all(is_text(path) and is_path(path) for path in paths), "paths")
        for path in folders | files | links:
            parent = path.rpartition(b"/")[0]
            need(not parent or parent in folders, f"{path} is in no directory")
        need(not folders & files, "a path is a file and a directory")
        for path, target, _ in self.links:
            need(target and b"\0" not in target and is_text(target), f"the target of {path}")


def is_ascending(values):
    return all(left < right for left, right in zip(values, values[1:]))


def is_text(octets):
    try:
        octets.decode()
        return True
    except UnicodeDecodeError:
        return False


# A backup.


class Backup:
    """One backup of a repository. `read(name, offset, length)` gives bytes of an object: all without a range."""

    CHAPTERS_KEPT = 32

    def __init__(self, read, cluster, backup, identities, signers=(), accept_unencrypted=False):
        self.read, self.identities, self.accept_unencrypted = read, identities, accept_unencrypted
        self.prefix = f"clusters/{cluster}"
        name = f"{self.prefix}/backups/{backup}"
        self.summary, packs = parse_summary(self.open(f"{name}/summary", signers, True), cluster, backup)
        self.manifest = manifest = Manifest(self.open(f"{name}/manifest", signers, accept_unencrypted))
        is_same = (manifest.id, manifest.cluster, str(manifest.system)) == (backup, cluster, self.summary["system"])
        check(is_same, "wrongManifest", "the manifest is of another backup")
        check({pack.id for pack in manifest.packs} <= set(packs), "wrongManifest", "the summary lacks a pack")
        self.kept = collections.OrderedDict()

    def open(self, name, signers, accept_unencrypted, octets=None):
        octets, content = self.read(name) if octets is None else octets, io.BytesIO()
        read_stream(io.BytesIO(octets), content, name, self.identities, None, signers, accept_unencrypted)
        return content.getvalue()

    def chapter(self, number):
        """The content of a chapter, by its index in the manifest."""
        if number not in self.kept:
            chapter = self.manifest.chapters[number]
            pack = f"{self.prefix}/packs/{self.manifest.packs[chapter.pack].id}"
            octets = self.read(pack, chapter.offset, chapter.sealed)
            check(len(octets) == chapter.sealed, "wrongChapter", f"{pack} ends before chapter {chapter.number} does")
            content = self.open(f"{pack}/{chapter.number}", (), self.accept_unencrypted, octets)
            is_same = (len(content), octets[-TRAILER:][80:112]) == (chapter.content, chapter.codes)
            check(is_same, "wrongChapter", f"chapter {chapter.number} of {pack} is another one")
            self.kept[number] = content
            if len(self.kept) > self.CHAPTERS_KEPT:
                self.kept.popitem(last=False)
        self.kept.move_to_end(number)
        return self.kept[number]

    def write(self, file, sink):
        """Writes the content of a file to `sink`, a new file: where nothing is written, it has zeros."""
        checksum = Checksum()
        for piece in file.pieces:
            if piece.chapter is None:
                sink.seek(piece.length, os.SEEK_CUR)
                checksum.zeros(piece.length)
            else:
                content = self.chapter(piece.chapter)[piece.offset : piece.offset + piece.length]
                sink.write(content)
                checksum.update(content)
        sink.truncate(file.size)
        if file.checksum is not None:
            check(checksum.value == file.checksum, "wrongChecksum", f"{file.path} has another checksum")


class Checksum:
    """CRC-32C (RFC 3720, appendix B.4)."""

    TABLE = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
        TABLE.append(value)

    def __init__(self):
        self.value = 0

    def update(self, octets):
        if crc32c:
            self.value = crc32c(octets, self.value)
            return
        value, table = self.value ^ 0xFFFFFFFF, self.TABLE
        for octet in octets:
            value = value >> 8 ^ table[(value ^ octet) & 0xFF]
        self.value = value ^ 0xFFFFFFFF

    def zeros(self, count):
        while count:
            length = min(count, 1 << 20)
            self.update(bytes(length))
            count -= length


def restore(backup, target):
    """Writes all files below `target`, which is empty: the control file last."""
    manifest = backup.manifest
    for path, _ in manifest.directories:
        os.mkdir(target / os.fsdecode(path), 0o700)
    for file in manifest.files:
        if file.path != CONTROL:
            restore_file(backup, file, target)
    for name, content in (("backup_label", manifest.label), ("tablespace_map", manifest.tablespace_map)):
        if content:
            with create(target / name) as sink:
                sink.write(content)
    for file in manifest.files:
        if file.path == CONTROL:
            restore_file(backup, file, target)
    modes = dict(manifest.directories)
    for path in sorted(modes, reverse=True):
        os.chmod(target / os.fsdecode(path), modes[path] & 0o777)
    os.chmod(target, 0o750 if modes.get(b"base", 0) & 0o040 else 0o700)


def restore_file(backup, file, target):
    place = target / os.fsdecode(file.path)
    with create(place) as sink:
        backup.write(file, sink)
    os.utime(place, ns=(file.modified, file.modified))
    os.chmod(place, file.mode & 0o777)


def create(path):
    """A new file: never through a link, never one that is there."""
    return open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW, 0o600), "wb")


def local_reader(root):
    def read(name, offset=0, length=-1):
        try:
            with open(root / name, "rb") as source:
                source.seek(offset)
                return source.read(length)
        except FileNotFoundError:
            raise Refused("missingObject", f"there is no {name}") from None

    return read


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("repository", metavar="REPOSITORY", type=pathlib.Path, help="the root of a local repository")
    parser.add_argument("cluster", metavar="CLUSTER")
    parser.add_argument("backup", metavar="BACKUP", help='an id, or "latest"')
    parser.add_argument("--identity", action="append", default=[], metavar="FILE", help="file with identities")
    parser.add_argument("--signer", action="append", default=[], metavar="TEXT", help="accept only this signer")
    parser.add_argument("--accept-unencrypted", action="store_true", help="restore what was stored without encryption")
    parser.add_argument("--to", required=True, type=pathlib.Path, metavar="DIR")
    options = parser.parse_args()
    if not is_cluster(options.cluster) or not (options.backup == "latest" or is_id(options.backup)):
        parser.error("CLUSTER or BACKUP is no legal name")
    try:
        run(options)
    except (Refused, OSError) as error:
        sys.exit(f"trunkline_restore: {options.repository}: {error}")


def run(options):
    keys = [key for path in options.identity for key in read_key_file(load(path), "identity", "locked-identity")]
    identities = [key if kind == "identity" else unlock(key, getpass.getpass().encode()) for kind, key in keys]
    signers = [parse_key(text, "signer")[1] for text in options.signer]
    marker = parse_record(load(options.repository / "trunkline.json"))
    check(marker.get("format") == 1, "unsupportedVersion", "a repository of another format")
    backups = options.repository / "clusters" / options.cluster / "backups"
    if options.backup == "latest":
        complete = [path.parent.name for path in backups.glob("*/summary") if is_id(path.parent.name)]
        check(complete, "missingObject", f"there is no backup of {options.cluster}")
        options.backup = max(complete)
    options.to.mkdir(parents=True, exist_ok=True)
    check(not any(options.to.iterdir()), "notEmpty", f"{options.to} is not empty")
    read = local_reader(options.repository)
    backup = Backup(read, options.cluster, options.backup, identities, signers, options.accept_unencrypted)
    if not signers:
        print("trunkline_restore: no --signer was named: who made this backup is not known", file=sys.stderr)
    restore(backup, options.to)
    print(f"{options.backup}: {len(backup.manifest.files)} files")


if __name__ == "__main__":
    main()
