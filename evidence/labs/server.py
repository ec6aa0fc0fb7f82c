"""A server of a lab: found, started, waited for, and gone when the lab is over.

    with Server("redis", [find("redis-server", "redis-server"), "--port", ...],
                folder) as server:
        server.wait_until(answers)   <- says the end of its log where it never does
        server.kill()                <- a crash, in the middle of the lab
                                     <- left alone: SIGTERM, then SIGKILL, waited for

Each server is the first process of a session of its own, writes into a log of its own
in the lab's folder, and gets SIGKILL from the kernel if the lab itself is killed.

Source: setpriv(1), --pdeathsig; proc(5), /proc/pid/stat.
Left out: machines other than Linux; servers that detach themselves (start them in the
foreground).
"""

import contextlib
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

LOOPBACK = "127.0.0.1"
# Below the range from which Linux takes ports for outgoing connections, so that none
# of those takes the port between our look and the server's bind.
PORTS = range(16_000, 32_000)
TAIL_LINES = 15


class MissingServerError(RuntimeError):
    """A lab needs a server that is not installed; whoever runs the lab must."""

    def __init__(self, server: str, package: str) -> None:
        super().__init__(f"{server} is not installed: apt-get install {package}")


class ServerError(RuntimeError):
    """A server died or did not do in time what the lab waited for."""


def find(server: str, package: str, folders: Sequence[Path] = ()) -> str:
    """Return the path of a server's program, from PATH or else the first folder.

    Raises MissingServerError, with the Debian package, where there is none.
    """
    path = shutil.which(server) or shutil.which(
        server, path=os.pathsep.join(map(str, folders))
    )
    if path is None:
        raise MissingServerError(server, package)
    return path


def free_ports(count: int) -> list[int]:
    """Return this many different ports of the loopback that nobody listens on."""
    with contextlib.ExitStack() as held:
        ports: list[int] = []
        for port in random.SystemRandom().sample(PORTS, k=20 * count):
            taken = held.enter_context(socket.socket())
            with contextlib.suppress(OSError):
                taken.bind((LOOPBACK, port))
                ports.append(port)
            if len(ports) == count:
                return ports
    raise ServerError(f"no {count} free ports among {PORTS}")


def wait_until(condition: Callable[[], bool], what: str, within_s: float = 20) -> float:
    """Return after how many seconds the condition held, looking every 20 ms.

    Raises ServerError, with what was waited for, when it does not hold in time.
    """
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > within_s:
            raise ServerError(f"not within {within_s} s: {what}")
        time.sleep(0.02)
    return time.monotonic() - began


@contextlib.contextmanager
def lab_folder() -> Iterator[Path]:
    """Make a temporary folder, which another user's server can pass through."""
    with tempfile.TemporaryDirectory(prefix="lab-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o711)
        yield folder


def end_on_sigterm() -> None:
    """Let SIGTERM end this process like Ctrl-C does, so that its servers end too."""

    def leave(number: int, _: object) -> None:
        raise SystemExit(128 + number)

    signal.signal(signal.SIGTERM, leave)


class Server(contextlib.AbstractContextManager["Server"]):
    """One running server.

    Starting raises ServerError only if the program cannot be executed: what "ready"
    means is the caller's, see ``wait_until``.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        folder: Path,
        *,
        prefix: Sequence[str] = (),
        stop_signal: signal.Signals = signal.SIGTERM,
    ) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self.stop_signal = stop_signal
        # The kernel forgets the signal when a process changes its user, as a prefix
        # may do: so this comes after the prefix.
        guard = [find("setpriv", "util-linux"), "--pdeathsig", "KILL"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603  (a lab's own command)
                [*prefix, *guard, *command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=folder,
                start_new_session=True,
            )

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """Return the id of the server's first process."""
        return self.process.pid

    def tail(self) -> str:
        """Return the last lines of the log."""
        lines = self.log.read_text("utf-8", "replace").splitlines()[-TAIL_LINES:]
        return "\n".join(lines) or "(its log is empty)"

    def wait_until(
        self, condition: Callable[[], bool], what: str = "ready", within_s: float = 30
    ) -> None:
        """Wait; raises ServerError with the log's end if it died or was too slow."""
        ended: list[int] = []

        def settled() -> bool:
            code = self.process.poll()
            ended.extend([] if code is None else [code])
            return bool(ended) or condition()

        try:
            wait_until(settled, what, within_s)
        except ServerError as error:
            raise ServerError(
                f"{self.name}: {error}; its log:\n{self.tail()}"
            ) from error
        if ended:
            raise ServerError(
                f"{self.name} ended with {ended[0]} before: {what}; its log:\n"
                f"{self.tail()}"
            )

    def pause(self) -> None:
        """Stop the process as a long garbage collection does; this is no partition."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let a paused process go on."""
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        """End the server as a crash does, with all its children, and wait for it."""
        if self.process.poll() is not None:
            return
        self.pause()  # so that it starts no more children
        self._kill_all(descendants(self.pid))

    def stop(self, within_s: float = 10) -> None:
        """End the server in its own way, else by SIGKILL; wait for it."""
        if self.process.poll() is not None:
            return
        family = descendants(self.pid)
        self._signal(self.stop_signal)
        self.resume()
        with contextlib.suppress(subprocess.TimeoutExpired, ServerError):
            self.process.wait(within_s)
            wait_until(lambda: not any(map(alive, family)), "children end", within_s)
        self._kill_all(family)

    def _kill_all(self, family: Sequence[int]) -> None:
        """Kill the first process, and those of its children that still run."""
        self._signal(signal.SIGKILL)
        for pid in filter(alive, family):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        wait_until(lambda: not any(map(alive, family)), f"children of {self.name} end")

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            if self.process.poll() is None:
                os.killpg(self.pid, number)


def _stat(pid: int) -> tuple[str, int]:
    """Return a process's state and its parent's id."""
    text = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    state, parent = text.rpartition(")")[2].split()[:2]
    return state, int(parent)


def alive(pid: int) -> bool:
    """Return whether a process runs; one that only waits to be asked does not."""
    with contextlib.suppress(OSError):
        return _stat(pid)[0] not in "ZX"
    return False


def descendants(pid: int) -> list[int]:
    """Return the processes that this one has started, and those that they have."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                children.setdefault(_stat(int(entry.name))[1], []).append(
                    int(entry.name)
                )
    found: list[int] = []
    waiting = [pid]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return found
