#!/usr/bin/env python3
"""An agent that answers as it is told: the other side of docs/AGENT.md, written from that text alone.

    fake_agent.py SOCKET DIRECTORY      copies what is pushed into DIRECTORY, until it is interrupted
"""

import contextlib
import dataclasses
import os
import pathlib
import shutil
import socket
import struct
import sys
import threading

MAGIC = b"TLWA"
VERSION = 1
HEADER = struct.Struct("<4sHBBI")
BODY_BYTES_MAX = 16384
PUSH, FETCH, PING = 1, 2, 3
FINISHED, WORKING, DECLINED = 0x81, 0x82, 0x83
# More than the pause of any client between two connections.
ACCEPT_SECONDS = 0.2


@dataclasses.dataclass(frozen=True)
class Request:
    """A question, taken apart."""

    kind: int
    configuration: str
    cluster: str
    directory: str
    first: str
    second: str

    @property
    def source(self):
        """The file that a push is about."""
        return pathlib.Path(self.directory) / self.first


def frame(kind, body=b"", version=VERSION):
    return HEADER.pack(MAGIC, version, kind, 0, len(body)) + body


def text(value):
    octets = value.encode()
    return struct.pack("<H", len(octets)) + octets


def finished(code=0, message=""):
    return frame(FINISHED, bytes([code]) + text(message))


def declined(reason):
    return frame(DECLINED, text(reason))


def parse(kind, body):
    texts = []
    position = 0
    for _ in range(5):
        (count,) = struct.unpack_from("<H", body, position)
        octets = body[position + 2:position + 2 + count]
        assert len(octets) == count and b"\0" not in octets, body
        texts.append(octets.decode())
        position += 2 + count
    assert position == len(body), body
    return Request(kind, *texts)


class FakeAgent:
    """Serves `path` until `stop`. `behave(agent, connection, request)` answers; the default archives.

    Behaviours that end the connection raise ConnectionError.
    """

    def __init__(self, path, archive, behave=None, account=None):
        self.path = pathlib.Path(path)
        self.archive = pathlib.Path(archive)
        self.behave = behave or FakeAgent.store
        self.account = account
        self.requests = []
        self.connections_made = 0
        self.releases = threading.Event()
        self._open = set()
        self._listener = None
        self._threads = []

    def start(self):
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.path.unlink(missing_ok=True)
        self._listener.bind(str(self.path))
        self.path.chmod(0o600)
        if self.account:
            self.account.own(self.path)
        self._listener.listen()
        self._listener.settimeout(ACCEPT_SECONDS)
        self.releases.clear()
        self._spawn(self._accept, self._listener)
        return self

    def stop(self):
        """As a crash would: every connection ends at once, whatever is under way."""
        listener, self._listener = self._listener, None
        if listener:
            listener.close()
        self.releases.set()
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        self._threads = []

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    @property
    def pushed(self):
        """The names of what was asked to be stored, in the order of the questions."""
        return [request.source.name for request in self.requests if request.kind == PUSH]

    # -- behaviours

    def store(self, connection, request):
        if request.kind == PUSH:
            connection.sendall(frame(WORKING))
            shutil.copyfile(request.source, self.archive / request.source.name)
        connection.sendall(finished())

    def hang(self, _connection, _request):
        """Says nothing until the agent is stopped."""
        self.releases.wait()
        raise ConnectionError

    def work_for_ever(self, connection, _request):
        """Says that it is at work, and never comes to an end."""
        while not self.releases.wait(0.2):
            connection.sendall(frame(WORKING))
        raise ConnectionError

    @staticmethod
    def saying(*octets):
        """Sends these octets and closes."""
        def say(_agent, connection, _request):
            connection.sendall(b"".join(octets))
            raise ConnectionError
        return say

    # -- connections

    def _spawn(self, body, *arguments):
        thread = threading.Thread(target=body, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self, listener):
        while self._listener is listener:
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            connection.settimeout(None)
            self.connections_made += 1
            self._open.add(connection)
            self._spawn(self._serve, connection)

    def _serve(self, connection):
        with connection, contextlib.suppress(OSError):
            while self._serve_one(connection):
                pass
        self._open.discard(connection)

    def _serve_one(self, connection):
        head = receive(connection, HEADER.size)
        if head is None:
            return False
        magic, version, kind, reserved, length = HEADER.unpack(head)
        assert (magic, reserved) == (MAGIC, 0) and length <= BODY_BYTES_MAX, head
        body = receive(connection, length)
        if body is None:
            return False
        if version != VERSION:
            connection.sendall(declined(f"this agent speaks version {VERSION} of the protocol"))
            return True
        request = parse(kind, body)
        self.requests.append(request)
        self.behave(self, connection, request)
        return True


def receive(connection, count):
    """Exactly so many octets; None when the peer has closed."""
    octets = b""
    while len(octets) < count:
        piece = connection.recv(count - len(octets))
        if not piece:
            return None
        octets += piece
    return octets


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    os.makedirs(sys.argv[2], exist_ok=True)
    with FakeAgent(sys.argv[1], sys.argv[2]):
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()


if __name__ == "__main__":
    main()
