"""The small C programs: compiled once per source text."""

import os
import shutil
import subprocess
from pathlib import Path

from .place import CHECKOUT, KEPT, Trouble, tail

LIBRARIES = {
    "limit": ["-lzstd", "-lsodium"], "files": ["-lzstd", "-lsodium"], "segments": ["-lzstd", "-lsodium"],
    "blocks": ["-lzstd"], "upload": ["-lcurl"], "delay": [], "peak": [], "archiver": ["-shared", "-fPIC"]}


def program(name: str) -> Path:
    source = CHECKOUT / "Benchmarks" / "Limit" / f"{name}.c"
    built = KEPT / "bin" / name
    if built.exists() and built.stat().st_mtime >= source.stat().st_mtime:
        return built
    compiler = os.environ.get("CC") or shutil.which("cc") or shutil.which("clang")
    if not compiler:
        raise Trouble("no C compiler: install gcc, or put the Swift toolchain's clang into PATH")
    built.parent.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [compiler, "-std=c11", "-O3", "-Wall", "-Wextra", "-pthread", source, "-o", built, *LIBRARIES[name]],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        needed = "libzstd-dev, libsodium-dev, libcurl4-openssl-dev"
        raise Trouble(f"{source.name} does not compile; it needs {needed}:\n{tail(done.stdout)}")
    return built
