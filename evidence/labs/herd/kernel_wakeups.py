"""How many processes does Linux wake for one connection?

    16 processes wait for one socket, one connection arrives      woken   for nothing
    each in its own epoll                                            16            15
    each in its own epoll, EPOLLEXCLUSIVE                             1             0
    blocking accept()                                                 1             0

The herd is a matter of how one waits: accept() has long woken one waiter, epoll wakes
each instance that watches the socket unless told otherwise. Who is woken differs too.
Blocking accept() goes round; EPOLLEXCLUSIVE and an epoll shared by all give every
connection to the same idle process; SO_REUSEPORT deals the connections out beforehand,
also to a process that is not there to take them.

Source: epoll(7), epoll_ctl(2), socket(7); claim HERD-09.
Left out: connections that arrive together; threads; io_uring; kernels before 4.5.
Chapter: docs/chapters/herd/.
"""

import json
import platform
import sys
from pathlib import Path
from typing import Any

from evidence.labs import waiters
from evidence.labs.server import (
    Server,
    ServerError,
    free_ports,
    lab_folder,
    wait_until,
)

CAPTION = (
    "16 processes wait for one listening socket on the loopback; 50 connections, one "
    "at a time. Woken, and found nothing: whoever is woken tries to accept once nobody "
    "else is about to wake. Went to sleep (voluntary context switches, a connection) "
    "and taken by: each tries at once. Left waiting: of 200 more, while the process "
    "that took most is paused. A dash: no such count, or another one at every run."
)
COLUMNS = (
    "wait in",
    "woken",
    "found nothing",
    "went to sleep",
    "taken by",
    "left waiting",
)
__all__ = ["CAPTION", "COLUMNS", "rows"]

PROCESSES = 16
CONNECTIONS = 50
WITHIN_S = 120


def rows() -> tuple[list[tuple[str, ...]], dict[str, Any]]:
    """Return the facts, and what was observed beside them."""
    kernel = ".".join(platform.release().split(".")[:2])
    counted = {}
    with lab_folder() as folder:
        for way in waiters.WAYS:
            counted[way] = count(folder, way)
    table = [row(way, found) for way, found in counted.items()]
    return table, {"versions": {"linux": kernel}, "counted": counted}


def count(folder: Path, way: str) -> dict[str, Any]:
    """Return what the waiters count, which run in a process family of their own."""
    [port] = free_ports(1)
    numbers = map(str, (PROCESSES, CONNECTIONS, port))
    command = [sys.executable, waiters.__file__, way, *numbers]
    name = "".join(filter(str.isalnum, way))
    with Server(name, command, folder) as server:
        wait_until(lambda: server.process.poll() is not None, way, WITHIN_S)
        if server.process.returncode:
            raise ServerError(f"{way}: {server.tail()}")
        found: dict[str, Any] = json.loads(server.tail().splitlines()[-1])
    return found


def row(way: str, counted: dict[str, Any]) -> tuple[str, ...]:
    """Return the row of one way to wait."""
    return (
        way,
        str(counted.get("woken", "-")),
        str(counted.get("empty", "-")),
        slept(counted["slept"]),
        # Where several are woken, chance says who is first.
        "-" if counted.get("empty") else takers(counted["taken"]),
        "some" if counted["left"] else "none",
    )


def slept(times: int) -> str:
    """Return how many went to sleep again for a connection, if that is clear."""
    each = times / CONNECTIONS
    for about, least in ((1, 1.0), (2, 1.8), (PROCESSES, 0.9 * PROCESSES + 0.01)):
        if least <= each < 1.2 * about:
            return f"about {about}"
    return "-"


def takers(taken: list[int]) -> str:
    """Return who took the connections."""
    if max(taken) == sum(taken):
        return "one process"
    return "all in turn" if max(taken) - min(taken) <= 1 else "several"
