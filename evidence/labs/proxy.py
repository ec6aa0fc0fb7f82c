"""A cable between two programs on the loopback, that a lab can cut and heal.

    client ---> Proxy.port ===== cut() ===== target      bytes in both directions are
                                                         taken and thrown away

Stopping a process (SIGSTOP) is no partition: the kernel keeps what arrives, and the
process reads it when it goes on. Here what was sent during the cut never arrives, and
neither side is told: no close, no refusal, only silence.

TCP promises a stream without gaps, so a connection that has lost a byte, or an end, is
closed on healing; one that was silent all the time goes on. Whoever connects during
the cut gets a connection on which nothing is ever answered.

Source: RFC 9293 section 3.8 (what is sent arrives in order, or the connection dies).
Left out: delay, loss of single packets, refusing to connect during a cut, connections
closed in one direction only.
"""

import contextlib
import selectors
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from evidence.labs.server import LOOPBACK

CHUNK_BYTES = 65_536


@dataclass(eq=False, slots=True)
class _Half:
    """One direction of a connection: what was read and could not be written yet."""

    reader: socket.socket
    writer: socket.socket
    pending: bytes = b""
    ended: bool = False


@dataclass(eq=False, slots=True)
class _Connection:
    source: str
    client: socket.socket
    server: socket.socket
    lossy: bool = False
    halves: list[_Half] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.halves = [
            _Half(self.client, self.server),
            _Half(self.server, self.client),
        ]


class Proxy(contextlib.AbstractContextManager["Proxy"]):
    """Forwards ``port`` to the target port on the loopback, in one thread.

    ``source_of`` names the program behind a connection, given the port from which it
    connects; ``cut`` can then be for some sources only.
    """

    def __init__(
        self, target: int, source_of: Callable[[int], str] = lambda _: ""
    ) -> None:
        self.target = target
        self._source_of = source_of
        self._cut: Callable[[str], bool] = lambda _: False
        self._lock = threading.Lock()
        self._connections: set[_Connection] = set()
        self._selector = selectors.DefaultSelector()
        self._listener = socket.create_server((LOOPBACK, 0), backlog=64)
        self._listener.setblocking(False)
        self.port: int = self._listener.getsockname()[1]
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._waker, self._woken = socket.socketpair()
        self._selector.register(self._woken, selectors.EVENT_READ)
        self._closed = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    def cut(self, *sources: str) -> None:
        """Let nothing pass from now on, or nothing to and from these sources."""
        with self._lock:
            self._cut = lambda source: not sources or source in sources
            for connection in self._connections:
                if self._cut(connection.source):
                    for half in connection.halves:
                        connection.lossy |= bool(half.pending)
                        half.pending = b""
                    self._watch(connection)

    def heal(self) -> None:
        """Let everything pass again; close the connections that have lost something."""
        with self._lock:
            # What was sent during the cut is lost, also if nobody has read it yet.
            while self._accept():
                pass
            for connection in self._connections:
                if self._cut(connection.source):
                    for half in connection.halves:
                        with contextlib.suppress(OSError):
                            self._read(connection, half)
            self._cut = lambda _: False
            for connection in [c for c in self._connections if c.lossy]:
                self._drop(connection)

    def close(self) -> None:
        """Close every connection and end the thread."""
        self._closed = True
        self._waker.send(b"x")
        self._thread.join(timeout=10)
        # Not by the thread, which may end before the waker is used.
        self._waker.close()
        self._woken.close()

    def _run(self) -> None:
        while not self._closed:
            ready = self._selector.select(timeout=1)
            with self._lock:
                for key, events in ready:
                    if key.fileobj is self._listener:
                        self._accept()
                    elif isinstance(key.data, _Connection):
                        assert isinstance(key.fileobj, socket.socket)
                        self._serve(key.data, key.fileobj, events)
        with self._lock:
            for connection in list(self._connections):
                self._drop(connection)
            self._listener.close()
            self._selector.close()

    def _accept(self) -> bool:
        """Take one connection that waits; return whether there was one."""
        try:
            client, address = self._listener.accept()
        except OSError:
            return False
        server = socket.socket()
        server.settimeout(1)
        connection = _Connection(self._source_of(address[1]), client, server)
        try:
            if self._cut(connection.source):
                connection.lossy = True
                server.close()  # never connected, and never will be
            else:
                server.connect((LOOPBACK, self.target))
                server.setblocking(False)
        except OSError:
            client.close()
            server.close()
            return True
        client.setblocking(False)
        self._connections.add(connection)
        self._watch(connection)
        return True

    def _serve(
        self, connection: _Connection, ready: socket.socket, events: int
    ) -> None:
        if connection not in self._connections:
            return  # dropped earlier in this round
        try:
            for half in connection.halves:
                if half.reader is ready and events & selectors.EVENT_READ:
                    self._read(connection, half)
                if half.writer is ready and events & selectors.EVENT_WRITE:
                    half.pending = half.pending[half.writer.send(half.pending) :]
            self._watch(connection)
        except BlockingIOError:
            return
        except OSError:
            self._end(connection)

    def _read(self, connection: _Connection, half: _Half) -> None:
        data = half.reader.recv(CHUNK_BYTES)
        if self._cut(connection.source) or connection.lossy:
            connection.lossy = True
            half.ended = not data
        elif data:
            half.pending = data
            with contextlib.suppress(BlockingIOError):
                half.pending = data[half.writer.send(data) :]
        else:
            raise ConnectionResetError

    def _end(self, connection: _Connection) -> None:
        """One side is gone: the other is told, unless the cable is cut."""
        if not self._cut(connection.source):
            self._drop(connection)
            return
        connection.lossy = True
        for half in connection.halves:
            half.ended = True
        self._watch(connection)

    def _watch(self, connection: _Connection) -> None:
        """Ask to be woken for what each end can do next."""
        there, back = connection.halves
        for out, into in ((there, back), (back, there)):
            end = out.reader
            if end.fileno() < 0:
                continue
            wants = 0 if out.pending or out.ended else selectors.EVENT_READ
            wants |= selectors.EVENT_WRITE if into.pending else 0
            known = end in self._selector.get_map()
            if wants and known:
                self._selector.modify(end, wants, connection)
            elif wants:
                self._selector.register(end, wants, connection)
            elif known:
                self._selector.unregister(end)

    def _drop(self, connection: _Connection) -> None:
        self._connections.discard(connection)
        for end in (connection.client, connection.server):
            with contextlib.suppress(KeyError, ValueError):
                self._selector.unregister(end)
            end.close()
