"""Five clients of an etcd cluster, recorded while its leader is cut off and healed.

    before       each client reads and writes
    leader cut   c1 writes once; c1 and c2, beside the old leader, read
                 c3, c4 and c5 read until a new leader answers, then write too
    and then     c1 and c2 read once more: all that they hear was overtaken by now
    healed       each client reads and writes

The only question afterwards is whether all these answers could have come from one
register. Few writes are left unanswered, since each one doubles a checker's work.

Source: Jepsen's register workload.
Left out: several keys.
"""

import itertools
from collections.abc import Callable

from evidence.labs.etcd_cluster import Cluster, Member, UnansweredError
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
    ) -> None:
        self.name = name
        self.member = member
        self.recorder = recorder
        self.key = key
        self.own_copy = own_copy
        self._values = (f"{name}-{n}" for n in itertools.count(1))

    def write(self, timeout_s: float = 10) -> None:
        """Write a value that nobody else writes."""
        value = next(self._values)
        with self.recorder.operation(self.name, "write", value, self.key) as call:
            try:
                self.member.put(self.key, value, timeout_s)
                call.ok()
            except UnansweredError:
                pass  # and so unknown

    def read(self, timeout_s: float = 10) -> bool:
        """Read; return whether there was an answer. No answer: nothing was done."""
        with self.recorder.operation(self.name, "read", key=self.key) as call:
            try:
                call.ok(
                    self.member.get(
                        self.key, serializable=self.own_copy, timeout_s=timeout_s
                    )
                )
            except UnansweredError:
                call.failed()
                return False
        return True

    def work(self) -> None:
        """Read and write in turn."""
        for _ in range(ROUNDS):
            self.write()
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

    def write_and_look(self) -> None:
        """Write once, unanswered maybe, and read."""
        self.write(SHORT_S)
        self.look()


def history(three: Cluster, *, key: str, own_copy: bool) -> History:
    """Return what five clients asked and heard; two of them beside the old leader.

    ``own_copy`` lets those two read the member's own copy, without a majority.
    """
    old, others = three.sides()
    recorder = Recorder()
    beside = [Client(c, old, recorder, key, own_copy=own_copy) for c in ("c1", "c2")]
    away = [
        Client(name, member, recorder, key)
        for name, member in zip(("c3", "c4", "c5"), 2 * others, strict=False)
    ]
    works: list[Callable[[], None]] = [c.work for c in (*beside, *away)]
    together(*works)
    three.isolate(old)
    together(beside[0].write_and_look, beside[1].look, *(c.work_when_led for c in away))
    together(*(c.look for c in beside))
    three.heal()
    three.wait_for_leader()
    together(*works)
    return recorder.history()
