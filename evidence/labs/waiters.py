"""Let many processes wait for one listening socket, and count who wakes up.

    driver    connect ....... all asleep again? "go" .... all asleep again? next
    waiter 1      woken, counts ............... accept -> a connection
    waiter 2      woken, counts ............... accept -> nothing (EAGAIN)
    waiter 3      asleep

The driver makes one connection at a time. With ``hold``, whoever is woken waits for the
driver's word before it accepts, and the driver gives it when nobody is about to wake:
so who wakes does not depend on who is quick. Nothing here waits for a time; that a
process is asleep, and how often it has gone to sleep, the kernel says (/proc).

A program of its own, and a small one, because it forks: a lab runs threads. It prints
one line of JSON.

Source: epoll(7), epoll_ctl(2), socket(7), proc_pid_status(5), PR_SET_PDEATHSIG(2const).
Left out: many connections at once; io_uring; threads in place of processes.
"""

import ctypes
import itertools
import json
import mmap
import os
import re
import select
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

LOOPBACK = "127.0.0.1"
WITHIN_S = 20
PR_SET_PDEATHSIG = 1
READY, WOKEN, TAKEN, EMPTY = range(4)
KINDS = 4
# S sleeps, T is paused; one that is about to wake is R.
ASLEEP = re.compile(r"^State:\t[ST]", re.MULTILINE)
LISTENING = "0A"
SWITCHES = re.compile(r"^voluntary_ctxt_switches:\t(\d+)$", re.MULTILINE)
WAYS = (
    "accept",
    "own epoll",
    "own epoll, EPOLLEXCLUSIVE",
    "one epoll for all",
    "one epoll for all, EPOLLET",
    "own socket, SO_REUSEPORT",
)


def listening(port: int, *, shared: bool) -> socket.socket:
    """Return a socket that listens there; shared, others may listen there too."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listener.bind((LOOPBACK, port))
    listener.listen(1024)
    return listener


def waiting_on(listener: socket.socket, flags: int = 0) -> select.epoll:
    """Return an epoll instance that waits for connections only."""
    poll = select.epoll()
    poll.register(listener, select.EPOLLIN | flags)
    return poll


class Herd:
    """The waiting processes, and the counts that they share with the driver."""

    def __init__(self, way: str, processes: int, port: int, *, hold: bool) -> None:
        self.way = way
        self.port = port
        self.hold = hold
        self.counts = memoryview(mmap.mmap(-1, 8 * processes * KINDS)).cast("Q")
        self.word, self.give = os.pipe()
        self.listener: socket.socket | None = None
        self.poll: select.epoll | None = None
        if not way.startswith("own socket"):
            self.listener = listening(port, shared=False)
            self.listener.setblocking(way == "accept")
        if self.listener and way.startswith("one epoll"):
            edge = select.EPOLLET if way.endswith("EPOLLET") else 0
            self.poll = waiting_on(self.listener, edge)
        self.pids: list[int] = []
        for number in range(processes):
            self.pids.append(self.fork(number))

    def close(self) -> None:
        """Give back what the driver holds."""
        for each in (self.listener, self.poll):
            if each is not None:
                each.close()
        os.close(self.word)
        os.close(self.give)

    def fork(self, number: int) -> int:
        """Return the id of a new process that waits and accepts until it is killed."""
        driver = os.getpid()
        pid = os.fork()
        if pid:
            return pid
        try:
            # Whatever becomes of the driver, no waiter outlives it.
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() == driver:
                self.wait_and_accept(number)
        finally:
            os._exit(1)

    def wait_and_accept(self, number: int) -> None:
        """Do a waiter's work, for ever."""
        listener, poll = self.listener, self.poll
        if listener is None:
            listener = listening(self.port, shared=True)
            listener.setblocking(False)
        if poll is None and self.way != "accept":
            exclusive = self.way.endswith("EPOLLEXCLUSIVE")
            poll = waiting_on(listener, select.EPOLLEXCLUSIVE if exclusive else 0)
        mine = self.counts[number * KINDS : (number + 1) * KINDS]
        mine[READY] = 1
        while True:
            if poll is not None:
                poll.poll()
                mine[WOKEN] += 1
                if self.hold:
                    os.read(self.word, 1)
            self.accept(listener, mine)

    def accept(self, listener: socket.socket, mine: "memoryview[int]") -> None:
        """Take one connection; told only of changes (EPOLLET), all there are."""
        for taken in itertools.count():
            try:
                connection, _ = listener.accept()
            except BlockingIOError:
                mine[EMPTY] += not taken
                break
            mine[TAKEN] += 1
            connection.close()
            if not self.way.endswith("EPOLLET"):
                break

    def total(self, kind: int) -> int:
        """Return how often all waiters together have counted this."""
        return sum(self.counts[kind::KINDS])

    def switches(self) -> list[int] | None:
        """Return how often each has gone to sleep; None while one of them is awake."""
        found = []
        for pid in self.pids:
            status = Path(f"/proc/{pid}/status").read_text("utf-8")
            slept = SWITCHES.search(status)
            if slept is None or not ASLEEP.search(status):
                return None
            found.append(int(slept[1]))
        return found

    def settle(self, condition: Callable[[], bool]) -> int:
        """Wait until this holds and all sleep; return how often they have slept.

        Two looks must agree: between the first and the last process of one look, one
        that was awake may have woken one that was asleep.
        """
        until_s = time.monotonic() + WITHIN_S
        before: list[int] | None = None
        while time.monotonic() < until_s:
            now = self.switches() if condition() else None
            if now is not None and now == before:
                return sum(now)
            before = now
            time.sleep(0.001)
        raise TimeoutError(f"{self.way}: the waiters do not settle")

    def connect(self) -> None:
        """Make one connection, and wait until it is taken and all sleep again."""
        woken, taken, empty = map(self.total, (WOKEN, TAKEN, EMPTY))
        with socket.create_connection((LOOPBACK, self.port), timeout=WITHIN_S) as link:
            if self.hold:
                self.settle(lambda: self.total(WOKEN) > woken)
                os.write(self.give, b"g" * (self.total(WOKEN) - woken))
            assert link.recv(1) == b""

        def done() -> bool:
            tried = self.total(TAKEN) - taken + self.total(EMPTY) - empty
            return self.total(TAKEN) == taken + 1 and (
                self.way == "accept" or tried == self.total(WOKEN) - woken
            )

        self.settle(done)

    def left_waiting(self, connections: int) -> int:
        """Return how many nobody takes while the waiter that took most is paused."""
        taken = list(self.counts[TAKEN::KINDS])
        paused = self.pids[taken.index(max(taken))]
        os.kill(paused, signal.SIGSTOP)
        self.settle(lambda: True)
        all_taken = self.total(TAKEN) + connections
        with ExitStack() as links:
            for _ in range(connections):
                where = (LOOPBACK, self.port)
                links.enter_context(socket.create_connection(where, timeout=WITHIN_S))
            self.settle(lambda: self.total(TAKEN) + queued(self.port) == all_taken)
            left = queued(self.port)
            os.kill(paused, signal.SIGCONT)
            self.settle(lambda: self.total(TAKEN) == all_taken)
        return left


def queued(port: int) -> int:
    """Return how many connections to this port have not been accepted."""
    lines = Path("/proc/net/tcp").read_text("utf-8").splitlines()[1:]
    sockets = [line.split() for line in lines]
    return sum(
        int(queues.split(":")[1], 16)
        for _, local, _, state, queues, *_ in sockets
        if state == LISTENING and int(local.split(":")[1], 16) == port
    )


@contextmanager
def herd(way: str, processes: int, port: int, *, hold: bool) -> Iterator[Herd]:
    """Start the waiters; yield them once all wait; end them."""
    made = Herd(way, processes, port, hold=hold)
    try:
        made.settle(lambda: made.total(READY) == processes)
        yield made
    finally:
        for pid in made.pids:
            os.kill(pid, signal.SIGKILL)
        for pid in made.pids:
            os.waitpid(pid, 0)
        made.close()


def measure(way: str, processes: int, connections: int, port: int) -> dict[str, Any]:
    """Return what was counted: held for a word, not held, and with one paused.

    Blocking accept() wakes and takes in one call: there is nothing to hold.
    """
    counted: dict[str, Any] = {}
    if way != "accept":
        with herd(way, processes, port, hold=True) as waiters:
            for _ in range(connections):
                waiters.connect()
            counted["woken"] = waiters.total(WOKEN)
            counted["empty"] = waiters.total(EMPTY)
    with herd(way, processes, port, hold=False) as waiters:
        before = waiters.settle(lambda: True)
        for _ in range(connections):
            waiters.connect()
        counted["slept"] = waiters.settle(lambda: True) - before
        counted["taken"] = list(waiters.counts[TAKEN::KINDS])
        counted["left"] = waiters.left_waiting(4 * connections)
    return counted


if __name__ == "__main__":
    if not hasattr(select, "EPOLLEXCLUSIVE"):
        sys.exit("no EPOLLEXCLUSIVE here: Linux 4.5 or later is needed")
    asked, *numbers = sys.argv[1:]
    print(json.dumps(measure(asked, *map(int, numbers))))
