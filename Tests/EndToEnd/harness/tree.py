"""A directory as facts that can be compared."""

import dataclasses
import hashlib
import os
import pathlib
import stat

KINDS = {stat.S_IFDIR: "directory", stat.S_IFLNK: "link", stat.S_IFREG: "file"}


@dataclasses.dataclass(frozen=True)
class Entry:
    """One file, directory or link; `identity` changes when it is written anew, even with the same content."""

    kind: str
    mode: int
    owner: tuple
    content: str
    identity: tuple

    @property
    def lasting(self):
        """What a copy has in common with it."""
        return self.kind, self.mode, self.content


def tree(folder, follow_tablespaces=False):
    """{relative path: Entry} of all that is below `folder`."""
    folder = pathlib.Path(folder)
    found = {}
    for top, folders, files in os.walk(folder, followlinks=follow_tablespaces):
        for name in folders + files:
            path = pathlib.Path(top, name)
            found[str(path.relative_to(folder))] = entry(path)
    return found


def entry(path):
    facts = path.lstat()
    kind = KINDS.get(stat.S_IFMT(facts.st_mode), "other")
    if kind == "file":
        content = hashlib.sha256(path.read_bytes()).hexdigest()
    else:
        content = os.readlink(path) if kind == "link" else ""
    identity = (facts.st_ino, facts.st_mtime_ns if kind == "file" else 0)
    return Entry(kind, stat.S_IMODE(facts.st_mode), (facts.st_uid, facts.st_gid), content, identity)


def changed(before, after, of=lambda entry: entry):
    """Names that came, went, or differ in what `of` says of them."""
    return sorted(name for name in before.keys() | after.keys()
                  if name not in before or name not in after or of(before[name]) != of(after[name]))


def flip(path, offset, bit=0):
    """One bit of a file, its times as they were: damage leaves no trace in them."""
    facts = os.stat(path)
    with open(path, "r+b") as file:
        file.seek(offset)
        value = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([value ^ 1 << bit]))
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))
