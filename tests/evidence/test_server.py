"""The servers of the labs: how one is found, waited for, ended, and reported."""

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from evidence.labs.child import child
from evidence.labs.server import (
    LOOPBACK,
    MissingServerError,
    Server,
    ServerError,
    alive,
    descendants,
    find,
    free_ports,
    wait_until,
)
from sitebuild import ROOT

WITHIN_S = 120  # a bound for what ends at once when all is well
linux = pytest.mark.skipif(sys.platform != "linux", reason="labs run on Linux")


def test_free_ports_are_different_and_free() -> None:
    ports = free_ports(8)
    assert len(set(ports)) == 8
    for port in ports:
        with socket.socket() as taken:
            taken.bind((LOOPBACK, port))


def test_a_missing_server_is_named_with_its_package() -> None:
    with pytest.raises(MissingServerError, match=r"^hal is not installed: .* hal9000$"):
        find("hal", "hal9000")


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


@linux
def test_a_server_that_dies_at_once_is_reported_with_the_end_of_its_log(
    tmp_path: Path,
) -> None:
    code = "print('no memory left'); raise SystemExit(3)"
    with (
        Server("hal", python(code), tmp_path) as server,
        pytest.raises(ServerError) as caught,
    ):
        server.wait_until(lambda: False, "ready to serve", WITHIN_S)
    said = str(caught.value)
    assert "hal ended with 3 before: ready to serve" in said
    assert "no memory left" in said


@linux
def test_a_server_that_is_too_slow_is_reported_with_the_end_of_its_log(
    tmp_path: Path,
) -> None:
    code = "import time; print('thinking', flush=True); time.sleep(60)"
    with Server("hal", python(code), tmp_path) as server:
        wait_until(lambda: "thinking" in server.tail(), "its first line", WITHIN_S)
        with pytest.raises(ServerError, match=r"hal: not within 0\.1 s: ready; .*\n"):
            server.wait_until(lambda: False, within_s=0.1)
        assert server.process.poll() is None
    assert server.process.poll() == -signal.SIGTERM


STUBBORN = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"],
                 start_new_session=True)
print("deaf", flush=True)
time.sleep(60)
"""


@linux
@pytest.mark.parametrize("paused", [False, True])
def test_a_server_that_does_not_listen_is_killed_with_its_children(
    tmp_path: Path,
    paused: bool,
) -> None:
    with Server("hal", python(STUBBORN), tmp_path) as server:
        wait_until(lambda: "deaf" in server.tail(), "its first line", WITHIN_S)
        family = descendants(server.pid)
        assert len(family) == 1
        if paused:
            server.pause()
        server.stop(within_s=0.1)
    assert server.process.poll() == -signal.SIGKILL
    assert not any(map(alive, family))


POLITE = """
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit("bye"))
print("up", flush=True)
time.sleep(60)
"""


@linux
def test_a_paused_server_ends_in_its_own_way(tmp_path: Path) -> None:
    with Server("hal", python(POLITE), tmp_path) as server:
        wait_until(lambda: "up" in server.tail(), "its first line", WITHIN_S)
        server.pause()
    assert "bye" in server.tail()


LAB = """
import sys, time
from pathlib import Path
from evidence.labs.server import Server, end_on_sigterm
end_on_sigterm()
with Server("hal", [sys.executable, "-c", sys.argv[2]], Path(sys.argv[1])) as server:
    server.wait_until(lambda: "up" in server.tail())
    print(server.pid, flush=True)
    time.sleep(60)
"""


@linux
@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_a_lab_that_is_told_to_end_leaves_no_server_behind(
    tmp_path: Path, told: signal.Signals
) -> None:
    with child(
        [sys.executable, "-c", LAB, str(tmp_path), POLITE],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as lab:
        assert lab.stdout is not None
        pid = int(lab.stdout.readline())
        assert alive(pid)
        lab.send_signal(told)
        lab.wait(WITHIN_S)
    wait_until(lambda: not alive(pid), "the server is gone", WITHIN_S)
    politely = "bye" in (tmp_path / "hal.log").read_text("utf-8")
    assert politely == (told is not signal.SIGKILL)
