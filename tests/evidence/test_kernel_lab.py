"""The lab on the kernel's herd: its waiters in small, its cells, and its record."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from evidence.labs import waiters
from evidence.labs.child import child
from evidence.labs.herd import kernel_wakeups as lab
from evidence.labs.server import (
    ServerError,
    alive,
    descendants,
    free_ports,
    wait_until,
)
from sitebuild import ROOT, records

READS = ("evidence/records/herd/*.json",)

WITHIN_S = 120  # a bound for what ends at once when all is well
PROCESSES, CONNECTIONS = 3, 4
linux = pytest.mark.skipif(sys.platform != "linux", reason="labs run on Linux")
ALL_WAKE = ("own epoll", "one epoll for all")


def command(way: str, connections: int = CONNECTIONS) -> list[str]:
    [port] = free_ports(1)
    numbers = map(str, (PROCESSES, connections, port))
    return [sys.executable, waiters.__file__, way, *numbers]


@linux
@pytest.mark.parametrize("way", waiters.WAYS)
def test_every_connection_is_taken_once_however_many_were_woken_for_it(
    way: str,
) -> None:
    """epoll_ctl(2), EPOLLEXCLUSIVE; epoll(7) on EPOLLET and an inherited instance."""
    done = subprocess.run(
        command(way), capture_output=True, text=True, check=True, timeout=WITHIN_S
    )
    counted = json.loads(done.stdout)
    assert sum(counted["taken"]) == CONNECTIONS
    assert len(counted["taken"]) == PROCESSES
    assert counted["slept"] >= CONNECTIONS
    if way == "accept":
        assert max(counted["taken"]) - min(counted["taken"]) == 1
        assert "woken" not in counted
    else:
        each = PROCESSES if way in ALL_WAKE else 1
        assert counted["woken"] == each * CONNECTIONS
        assert counted["empty"] == (each - 1) * CONNECTIONS
    if not way.startswith("own socket"):
        assert counted["left"] == 0


@linux
@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_no_waiter_outlives_its_driver(told: signal.Signals) -> None:
    with child(
        command("own epoll", 1_000_000),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as driver:
        family: list[int] = []

        def grown() -> bool:
            family[:] = descendants(driver.pid)
            return len(family) == PROCESSES

        try:
            wait_until(grown, "all waiters", WITHIN_S)
        finally:
            driver.send_signal(told)
        driver.wait(WITHIN_S)
    wait_until(lambda: not any(map(alive, family)), "all are gone", WITHIN_S)


@linux
def test_a_kernel_without_exclusive_waiting_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    old = tmp_path / "old.py"
    old.write_text(
        "import runpy, select\n"
        "del select.EPOLLEXCLUSIVE\n"
        f"runpy.run_path({waiters.__file__!r}, run_name='__main__')\n",
        "utf-8",
    )
    monkeypatch.setattr(waiters, "__file__", str(old))
    with pytest.raises(ServerError, match=r"^accept: no EPOLLEXCLUSIVE here: Linux"):
        lab.count(tmp_path, "accept")


@linux
def test_a_queue_is_counted_until_its_connections_are_accepted() -> None:
    [port] = free_ports(1)
    with waiters.listening(port, shared=False) as listener:
        assert waiters.queued(port) == 0
        links = [waiters.socket.create_connection(("127.0.0.1", port)) for _ in "ab"]
        wait_until(lambda: waiters.queued(port) == 2, "both are queued", WITHIN_S)
        assert waiters.queued(port + 1) == 0
        accepted, _ = listener.accept()
        assert waiters.queued(port) == 1
        links[0].sendall(b"not a connection")
        assert accepted.recv(1, waiters.socket.MSG_PEEK) == b"n"
        assert waiters.queued(port) == 1
        for each in (accepted, *links):
            each.close()


PAUSED = """
import sys
from evidence.labs.waiters import herd
with herd(sys.argv[1], 2, int(sys.argv[2]), hold=False) as waiters:
    waiters.connect()
    print(waiters.left_waiting(40))
"""


@linux
@pytest.mark.parametrize("way", ["accept", "own socket, SO_REUSEPORT"])
def test_only_a_socket_of_its_own_keeps_connections_for_a_paused_process(
    way: str,
) -> None:
    [port] = free_ports(1)
    done = subprocess.run(
        [sys.executable, "-c", PAUSED, way, str(port)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=WITHIN_S,
    )
    left = int(done.stdout)
    assert 0 < left < 40 if way.startswith("own socket") else left == 0


def test_waiters_have_settled_when_two_looks_find_the_same_sleepers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looks = iter([[1, 1], None, [1, 1], [2, 1], [2, 2], [2, 2], [9, 9]])
    monkeypatch.setattr(waiters.Herd, "switches", lambda _: next(looks))
    herd = object.__new__(waiters.Herd)
    assert herd.settle(lambda: True) == 4


def test_waiters_that_do_not_settle_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiters, "WITHIN_S", 0.01)
    herd = object.__new__(waiters.Herd)
    herd.way = "accept"
    with pytest.raises(TimeoutError, match=r"^accept: the waiters do not settle$"):
        herd.settle(lambda: False)


@pytest.mark.parametrize(
    ("counted", "cells"),
    [
        (
            {"woken": 800, "empty": 750, "slept": 799, "taken": [49, 1], "left": 0},
            ("800", "750", "about 16", "-", "none"),
        ),
        (
            {"woken": 50, "empty": 0, "slept": 50, "taken": [0, 50], "left": 0},
            ("50", "0", "about 1", "one process", "none"),
        ),
        (
            {"slept": 59, "taken": [17, 17, 16], "left": 0},
            ("-", "-", "about 1", "all in turn", "none"),
        ),
        (
            {"woken": 800, "empty": 750, "slept": 107, "taken": [30, 20], "left": 0},
            ("800", "750", "about 2", "-", "none"),
        ),
        (
            {"woken": 50, "empty": 0, "slept": 60, "taken": [20, 20, 10], "left": 1},
            ("50", "0", "-", "several", "some"),
        ),
        (
            {"woken": 50, "empty": 0, "slept": 720, "taken": [26, 24], "left": 1},
            ("50", "0", "-", "several", "some"),
        ),
        (
            {"woken": 50, "empty": 0, "slept": 49, "taken": [26, 24], "left": 1},
            ("50", "0", "-", "several", "some"),
        ),
    ],
)
def test_a_row_says_what_was_counted_as_coarsely_as_it_repeats(
    counted: dict[str, Any], cells: tuple[str, ...]
) -> None:
    assert lab.row("a way", counted) == ("a way", *cells)


def test_the_record_tells_the_herd_from_its_cures() -> None:
    """HERD-09: 16 processes, 50 connections: 800 wake-ups, or 50."""
    rows = {row[0]: row[1:] for row in records.load("herd/kernel-wakeups").rows}
    assert tuple(rows) == waiters.WAYS
    everyone = str(lab.PROCESSES * lab.CONNECTIONS)
    in_vain = str((lab.PROCESSES - 1) * lab.CONNECTIONS)
    for way, (woken, empty, slept, takers, left) in rows.items():
        if way in ALL_WAKE:
            assert (woken, empty) == (everyone, in_vain)
        elif way != "accept":
            assert (woken, empty) == (str(lab.CONNECTIONS), "0")
        assert slept == {"own epoll": "about 16", "one epoll for all": "about 2"}.get(
            way, "about 1"
        )
        assert (left == "some") == way.startswith("own socket")
        assert takers == {
            "accept": "all in turn",
            "own epoll, EPOLLEXCLUSIVE": "one process",
            "one epoll for all, EPOLLET": "one process",
            "own socket, SO_REUSEPORT": "several",
        }.get(way, "-")
