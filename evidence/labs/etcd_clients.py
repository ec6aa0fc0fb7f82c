"""Five clients of an etcd cluster, recorded while its leader is cut off and healed.

    before       each client writes and reads
    leader cut   c1 writes once; c1 and c2, beside the old leader, read
                 c3, c4 and c5 read until a new leader answers, then write too
    and then     c1 and c2 read once more: all that they hear was overtaken by now
    healed       each client writes and reads

The only question afterwards is whether all these answers could have come from one
register. Few writes are left unanswered, since each one doubles a checker's work.

Source: Jepsen's register workload.
Left out: several keys.
"""

import contextlib
import itertools
from collections.abc import Callable

from evidence.labs.etcd_cluster import PATIENCE_S, Cluster, Member, UnansweredError
from evidence.labs.recorder import Recorder, together
from evidence.labs.server import ServerError
from sdnotes.sim import History

CUT = "leader cut off, then healed; five clients"
SHORT_S = 0.5
ATTEMPTS = 60
ROUNDS = 4


class Client:
    """Talks to one member only, and has what it asked and heard written down."""

    def __init__(
        self,
        name: str,
        member: Member,
        recorder: Recorder,
        key: str,
        *,
        own_copy: bool = False,
        swaps: bool = False,
    ) -> None:
        self.name = name
        self.member = member
        self.recorder = recorder
        self.key = key
        self.own_copy = own_copy
        self.swaps = swaps
        self.seen: str | None = None
        self._values = (f"{name}-{n}" for n in itertools.count(1))

    def change(self, timeout_s: float = PATIENCE_S) -> None:
        """Write a value that nobody else writes, or swap the one last read for it."""
        new, old = next(self._values), self.seen if self.swaps else None
        action, argument = ("cas", (old, new)) if old else ("write", new)
        operation = self.recorder.operation(self.name, action, argument, self.key)
        # An error leaves the call as it is: unknown.
        with operation as call, contextlib.suppress(UnansweredError):
            if old:
                call.ok(self.member.swap(self.key, old, new, timeout_s))
            else:
                self.member.put(self.key, new, timeout_s)
                call.ok()

    def read(self, timeout_s: float = PATIENCE_S) -> bool:
        """Read; return whether there was an answer. No answer: nothing was done."""
        with self.recorder.operation(self.name, "read", key=self.key) as call:
            try:
                self.seen = self.member.get(
                    self.key, serializable=self.own_copy, timeout_s=timeout_s
                )
            except UnansweredError:
                call.failed()
                return False
            call.ok(self.seen)
            return True

    def work(self) -> None:
        """Change and read in turn."""
        for _ in range(ROUNDS):
            self.change()
            self.read()

    def work_when_led(self) -> None:
        """Read until there is an answer, then work."""
        for _ in range(ATTEMPTS):
            if self.read(SHORT_S):
                return self.work()
        raise ServerError(f"{self.name}: {ATTEMPTS} reads unanswered")

    def look(self) -> None:
        """Read a few times, answered or not."""
        for _ in range(ROUNDS):
            self.read(SHORT_S)

    def change_and_look(self) -> None:
        """Change once, unanswered maybe, and read."""
        self.change(SHORT_S)
        self.look()


def history(
    three: Cluster, *, key: str, own_copy: bool = False, swaps: bool = False
) -> History:
    """Return what five clients asked and heard; two of them beside the old leader.

    ``own_copy`` lets those two read the member's own copy, without a majority.
    ``swaps`` lets all of them write only where nobody else has, since they read.
    """
    old, others = three.sides()
    recorder = Recorder()
    beside = [
        Client(name, old, recorder, key, own_copy=own_copy, swaps=swaps)
        for name in ("c1", "c2")
    ]
    away = [
        Client(name, member, recorder, key, swaps=swaps)
        for name, member in zip(("c3", "c4", "c5"), 2 * others, strict=False)
    ]
    works: list[Callable[[], None]] = [c.work for c in (*beside, *away)]
    together(*works)
    three.isolate(old)
    together(
        beside[0].change_and_look, beside[1].look, *(c.work_when_led for c in away)
    )
    together(*(c.look for c in beside))
    three.heal()
    three.wait_for_leader()
    together(*works)
    return recorder.history()
