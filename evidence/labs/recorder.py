"""What clients of a real server asked for and were told, written down as a history.

    recorder = Recorder()
    with recorder.operation("c1", "write", 5) as call:
        server.set("x", 5)
        call.ok()             <- forgotten, or never reached: the outcome is unknown

An operation is *failed* only where it certainly was not done: the server said so, or it
was a read, which changes nothing. A request without an answer, or with an error after
it was sent, is *unknown*. A client of which one operation is unknown goes on under a
new name (c1, c1.2, c1.3): for all we know, the old request still runs.

Times are whole microseconds since the recorder was made, rounded down: an operation
that began after another had ended never looks as if it had begun before.

Source: Jepsen's ok, fail and info; sdnotes/sim/history.py.
Left out: clients on several machines, whose clocks do not agree.
"""

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from evidence.labs.server import ServerError
from sdnotes.sim import History, Operation, Outcome, Value

TOGETHER_WITHIN_S = 60


@dataclass(slots=True)
class Call:
    """One operation under way; says nothing until its client says it."""

    outcome: Outcome = Outcome.UNKNOWN
    result: Value = None

    def ok(self, result: Value = None) -> None:
        """Say that it was done, and what was answered."""
        self.outcome, self.result = Outcome.OK, result

    def failed(self) -> None:
        """Say that it certainly was not done."""
        self.outcome = Outcome.FAILED


@dataclass(slots=True)
class Recorder:
    """Collects the operations of clients in many threads; ``now_ns`` is its clock."""

    now_ns: Callable[[], int] = time.monotonic_ns
    _operations: list[Operation] = field(default_factory=list)
    _unknown: dict[str, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _start_ns: int = 0

    def __post_init__(self) -> None:
        self._start_ns = self.now_ns()

    def _now_us(self) -> int:
        return (self.now_ns() - self._start_ns) // 1000

    @contextlib.contextmanager
    def operation(
        self, process: str, action: str, argument: Value = None, key: str = ""
    ) -> Iterator[Call]:
        """Record one operation; what the block raises is raised on."""
        call = Call()
        invoked_us = self._now_us()
        try:
            yield call
        finally:
            completed_us = self._now_us()
            unknown = call.outcome is Outcome.UNKNOWN
            with self._lock:
                before = self._unknown.get(process, 0)
                self._unknown[process] = before + unknown
                operation = Operation(
                    process=f"{process}.{before + 1}" if before else process,
                    action=action,
                    argument=argument,
                    invoked_us=invoked_us,
                    completed_us=None if unknown else completed_us,
                    outcome=call.outcome,
                    result=call.result,
                    key=key,
                )
                self._operations.append(operation)

    def history(self) -> History:
        """Return what was recorded so far."""
        with self._lock:
            return History(tuple(self._operations))


def together(*clients: Callable[[], None]) -> None:
    """Run the clients at the same time; raise what the first to fail raised."""
    ends: queue.SimpleQueue[BaseException | None] = queue.SimpleQueue()

    def run(client: Callable[[], None]) -> None:
        try:
            client()
        except BaseException as error:  # noqa: BLE001  (raised below)
            ends.put(error)
        else:
            ends.put(None)

    # Daemons, so that a lab which is told to end does not wait for its clients.
    for client in clients:
        threading.Thread(target=run, args=(client,), daemon=True).start()
    deadline = time.monotonic() + TOGETHER_WITHIN_S
    for _ in clients:
        try:
            error = ends.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            waited = f"clients still wait after {TOGETHER_WITHIN_S} s"
            raise ServerError(waited) from None
        if error is not None:
            raise error
