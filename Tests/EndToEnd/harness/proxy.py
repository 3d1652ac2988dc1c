"""A proxy between the program and a store, to make trouble on purpose.

It forwards bytes as they are, so signatures stay valid, and knows just enough HTTP to find where a request ends when
it answers in the server's place. A change of mode applies to new connections and ends the open ones, so that a
kept-alive connection cannot slip past it.
"""

import dataclasses
import select
import socket
import struct
import threading
import time

CHUNK_BYTES = 65536
HEAD_BYTES_MAX = 65536

SLOW_DOWN = (b'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>SlowDown</Code>'
             b"<Message>Please reduce your request rate.</Message></Error>")


@dataclasses.dataclass(frozen=True)
class Mode:
    """What happens to a connection. Byte counts are per connection and direction."""

    name: str
    delay_seconds: float = 0.0
    status: int = 503
    body: bytes = SLOW_DOWN
    headers: tuple = ()
    after_bytes: int = 0
    direction: str = "up"  # up: from the client to the server; down: back


PASS = Mode("pass")
REFUSE = Mode("refuse")  # nobody listens
RESET = Mode("reset")  # accepted, then reset at the first byte
STALL = Mode("stall")  # accepted, read, never answered


def answer(status, body=SLOW_DOWN, headers=()):
    """Every request is answered by the proxy and never reaches the server."""
    return Mode("answer", status=status, body=body, headers=tuple(headers))


def delay(seconds):
    """Each piece of an answer comes so much later."""
    return Mode("delay", delay_seconds=seconds)


def cut(after_bytes, direction="down"):
    """The connection is reset after so many bytes."""
    return Mode("cut", after_bytes=after_bytes, direction=direction)


def hold(after_bytes, direction="up"):
    """After so many bytes nothing moves any more; `held` is set when it happens."""
    return Mode("hold", after_bytes=after_bytes, direction=direction)


class Proxy:
    """Listens on a free port of the loopback; `port` stays the same through all modes."""

    def __init__(self, upstream_port):
        self.upstream_port = upstream_port
        self.held = threading.Event()
        self.connections = 0  # accepted so far
        self.requests = 0  # requests seen by their first line, in every mode
        self.troubled = 0  # connections that met anything but PASS
        self._mode = PASS
        self._trip = None
        self._lock = threading.RLock()
        self._open = set()
        self._listener = None
        self._port = 0
        self._closed = False
        self._listen()

    @property
    def port(self):
        return self._port

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self._port}"

    @property
    def attempts(self):
        """Connections and requests: a number that grows with every attempt, whatever is in its way."""
        return self.connections + self.requests

    @property
    def mode(self):
        return self._mode

    def set(self, mode):
        with self._lock:
            self._trip = None
            self._change(mode)

    def trip(self, words, mode):
        """Goes into `mode` as soon as a client sends `words` (a part of an object's name, say), before they pass."""
        with self._lock:
            self._trip = (words if isinstance(words, bytes) else words.encode(), mode)

    def close(self):
        with self._lock:
            self._closed = True
            self._change(REFUSE)

    # -- listening

    def _change(self, mode):
        self._mode = mode
        self.held.clear()
        for one in list(self._open):
            hang_up(one)
        self._open.clear()
        if mode.name == "refuse":
            self._stop_listening()
        elif self._listener is None and not self._closed:
            self._listen()

    def _listen(self):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self._port))
        listener.listen(128)
        self._port = listener.getsockname()[1]
        self._listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def _stop_listening(self):
        if self._listener is not None:
            listener, self._listener = self._listener, None
            try:
                listener.shutdown(socket.SHUT_RDWR)  # wakes the thread in accept
            except OSError:
                pass
            listener.close()

    def _accept(self, listener):
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            with self._lock:
                if self._listener is not listener:
                    hang_up(client)
                    return
                mode = self._mode
                self.connections += 1
                self.troubled += mode.name != "pass"
                self._open.add(client)
            threading.Thread(target=self._serve, args=(client, mode), daemon=True).start()

    # -- one connection

    def _serve(self, client, mode):
        try:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if mode.name == "answer":
                self._answer(client, mode)
            elif mode.name == "reset":
                client.recv(1)
            elif mode.name == "stall":
                while client.recv(CHUNK_BYTES):
                    pass
            else:
                self._forward(client, mode)
        except (OSError, ValueError):
            pass
        finally:
            with self._lock:
                self._open.discard(client)
            hang_up(client, reset=mode.name in ("reset", "cut"))

    def _answer(self, client, mode):
        while True:
            head, rest = read_head(client)
            if head is None:
                return
            self.requests += 1
            length = content_length(head)
            if b"100-continue" in head.lower():
                length = 0
            while len(rest) < length:
                piece = client.recv(CHUNK_BYTES)
                if not piece:
                    return
                rest += piece
            lines = [f"HTTP/1.1 {mode.status} Trouble", "Content-Type: application/xml",
                     f"Content-Length: {len(mode.body)}", *(f"{name}: {value}" for name, value in mode.headers)]
            reply = "\r\n".join(lines).encode() + b"\r\n\r\n"
            client.sendall(reply if head.startswith(b"HEAD ") else reply + mode.body)

    def _forward(self, client, mode):
        server = socket.create_connection(("127.0.0.1", self.upstream_port))
        server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        moved = {"up": 0, "down": 0}
        with self._lock:
            self._open.add(server)
        try:
            while True:
                readable, _, _ = select.select([client, server], [], [])
                for source in readable:
                    way = "up" if source is client else "down"
                    piece = source.recv(CHUNK_BYTES)
                    if not piece:
                        return
                    if way == "up" and self._sees(piece):
                        return
                    if way == "down" and mode.delay_seconds:
                        time.sleep(mode.delay_seconds)
                    if not self._pass_on(piece, way, moved, mode, server if way == "up" else client):
                        return
        finally:
            with self._lock:
                self._open.discard(server)
            hang_up(server)

    def _sees(self, piece):
        """Counts requests; true when the trip wire is touched: the connection ends and the new mode holds."""
        if piece[:8].partition(b" ")[0] in (b"GET", b"PUT", b"POST", b"HEAD", b"DELETE"):
            self.requests += 1
        with self._lock:
            if self._trip and self._trip[0] in piece:
                mode, self._trip = self._trip[1], None
                self.troubled += 1
                self._change(mode)
                return True
        return False

    def _pass_on(self, piece, way, moved, mode, target):
        limited = mode.name in ("cut", "hold") and mode.direction == way
        room = mode.after_bytes - moved[way] if limited else len(piece)
        target.sendall(piece[:max(room, 0)])
        moved[way] += len(piece)
        if room >= len(piece):
            return True
        if mode.name == "hold":
            self.held.set()
            while self._mode is mode and target.fileno() >= 0:
                time.sleep(0.01)
        return False


def hang_up(one, reset=False):
    try:
        if reset:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        else:
            one.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    one.close()


def read_head(client):
    data = b""
    while b"\r\n\r\n" not in data:
        piece = client.recv(CHUNK_BYTES)
        if not piece or len(data) > HEAD_BYTES_MAX:
            return None, b""
        data += piece
    head, _, rest = data.partition(b"\r\n\r\n")
    return head, rest


def content_length(head):
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            return int(value)
    return 0
