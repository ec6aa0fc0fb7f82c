"""The cable that a lab can cut: what is sent meanwhile is lost, in silence."""

import contextlib
import os
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from evidence.labs.child import child
from evidence.labs.etcd_cluster import owner
from evidence.labs.proxy import Proxy
from evidence.labs.server import LOOPBACK

WITHIN_S = 120  # a bound for what ends at once when all is well
linux = pytest.mark.skipif(sys.platform != "linux", reason="labs run on Linux")


class Echo:
    """A server that sends back what it gets, and keeps it all."""

    def __init__(self) -> None:
        self.got = b""
        self.ended = threading.Event()
        self.connections: list[socket.socket] = []
        self.listener = socket.create_server((LOOPBACK, 0))
        self.port: int = self.listener.getsockname()[1]
        threading.Thread(target=self.run, daemon=True).start()

    def run(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                self.connections.append(connection)
                threading.Thread(
                    target=self.echo, args=(connection,), daemon=True
                ).start()

    def echo(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            while data := connection.recv(4096):
                self.got += data
                connection.sendall(data)
        self.ended.set()

    def close(self) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


@pytest.fixture
def echo() -> Iterator[Echo]:
    server = Echo()
    yield server
    server.close()


@pytest.fixture
def cable(echo: Echo) -> Iterator[Proxy]:
    with Proxy(echo.port) as proxy:
        yield proxy


def connect(proxy: Proxy) -> socket.socket:
    return socket.create_connection((LOOPBACK, proxy.port), timeout=WITHIN_S)


def answer(client: socket.socket, said: bytes) -> bytes:
    """What comes back; nothing when the connection has been closed instead."""
    with contextlib.suppress(ConnectionError):
        client.sendall(said)
        return client.recv(4096)
    return b""


def hears_nothing(client: socket.socket) -> None:
    client.settimeout(0.05)
    with pytest.raises(TimeoutError):
        client.recv(1)
    client.settimeout(WITHIN_S)


def test_a_cable_carries_bytes_both_ways(cable: Proxy) -> None:
    with connect(cable) as client:
        assert answer(client, b"hello") == b"hello"


def test_a_cable_is_gone_when_its_block_ends(echo: Echo) -> None:
    with Proxy(echo.port) as cable, connect(cable) as client:
        assert answer(client, b"hello") == b"hello"
    with pytest.raises(ConnectionRefusedError):
        connect(cable)


def test_a_cable_carries_more_than_its_buffers_hold(cable: Proxy) -> None:
    sent = os.urandom(4_000_000)
    with connect(cable) as client:
        writer = threading.Thread(target=client.sendall, args=(sent,))
        writer.start()
        got = b""
        while len(got) < len(sent):
            got += client.recv(65_536)
        writer.join(WITHIN_S)
    assert got == sent


def test_what_is_sent_to_the_server_during_a_cut_never_arrives(
    cable: Proxy, echo: Echo
) -> None:
    with connect(cable) as client, connect(cable) as other:
        answer(client, b"before ")
        cable.cut()
        client.sendall(b"lost")
        cable.heal()
        assert answer(client, b"") == b"", "it lost bytes, so it is closed"
        assert answer(other, b"after") == b"after"
    assert echo.got == b"before after"


def test_what_is_sent_to_the_client_during_a_cut_never_arrives(
    cable: Proxy, echo: Echo
) -> None:
    with connect(cable) as client:
        answer(client, b"before")
        cable.cut()
        echo.connections[0].sendall(b"lost")
        cable.heal()
        assert answer(client, b"") == b""


def test_a_cut_is_silence_and_no_end(cable: Proxy, echo: Echo) -> None:
    with connect(cable) as client:
        answer(client, b"before")
        cable.cut()
        echo.connections[0].shutdown(socket.SHUT_RDWR)
        hears_nothing(client)
        cable.heal()
        assert answer(client, b"") == b""


def test_a_side_that_vanishes_during_a_cut_is_not_missed_by_the_other(
    cable: Proxy, echo: Echo
) -> None:
    with connect(cable) as client:
        answer(client, b"before")
        cable.cut()
        at_once = struct.pack("ii", 1, 0)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
    assert not echo.ended.wait(0.05)
    cable.heal()
    assert echo.ended.wait(WITHIN_S)


def test_a_connection_that_was_silent_during_the_cut_goes_on(cable: Proxy) -> None:
    with connect(cable) as client:
        answer(client, b"before")
        cable.cut()
        cable.heal()
        assert answer(client, b"after") == b"after"


def test_who_connects_during_a_cut_reaches_nobody(cable: Proxy, echo: Echo) -> None:
    cable.cut()
    with connect(cable) as client:
        client.sendall(b"lost")
        hears_nothing(client)
        cable.heal()
        assert answer(client, b"") == b""
    assert not echo.connections
    with connect(cable) as client:
        assert answer(client, b"after") == b"after"


def test_a_cable_can_be_cut_for_one_of_its_sources(echo: Echo) -> None:
    names: dict[int, str] = {}
    known = threading.Event()

    def source_of(port: int) -> str:
        known.wait(WITHIN_S)
        return names[port]

    with (
        Proxy(echo.port, source_of) as proxy,
        connect(proxy) as first,
        connect(proxy) as second,
    ):
        names[first.getsockname()[1]] = "n1"
        names[second.getsockname()[1]] = "n2"
        known.set()
        assert answer(first, b"1") == b"1"
        proxy.cut("n1")
        first.sendall(b"lost")
        assert answer(second, b"2") == b"2"
        proxy.heal()
        assert answer(first, b"") == b""
        assert answer(second, b"3") == b"3"
    assert echo.got == b"123"


CLIENT = """
import socket, sys
with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as client:
    print(client.getsockname()[1], flush=True)
    sys.stdin.read()
"""


@linux
def test_the_kernel_tells_which_process_a_connection_comes_from(echo: Echo) -> None:
    """The other end of the connection is this process's own."""
    with child(
        [sys.executable, "-c", CLIENT, LOOPBACK, str(echo.port)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as client:
        assert client.stdout is not None
        port = int(client.stdout.readline())
        assert owner(port, {"me": os.getpid(), "client": client.pid}) == "client"
        assert owner(port, {"me": os.getpid()}) == ""
        client.communicate("")
    assert owner(port, {"me": os.getpid(), "client": client.pid}) == ""
