"""An old answer to "who may?" about a new text: the new enemy, and the zookie.

    ann      takes bob off the plan's list of readers     acl: revision 2
    ann      tells carl to write the salaries in          docs: a new text
    bob      asks for the plan; the nearest replica of the list is at revision 1

    zookie=False   the replica says "bob may", and bob reads the salaries
    zookie=True    the text was stored with "2": the replica must be that new to answer

A zookie is the number of a revision that is stored beside the content. The check need
not be of *now*, which would cost a round around the world; it must be no older than
what it protects.

Source: Pang et al. 2019, "Zanzibar", section 2.2, the example of old lists and new
contents; the times are ours.
Left out: the other example, of two changes in the wrong order; clocks that are true.
Builds on: sdnotes.access.relations. Chapter: docs/chapters/access/.
"""

from dataclasses import dataclass
from functools import partial

from sdnotes.access.relations import Relations
from sdnotes.sim import Message, Network, Trace, World

PLAN = "doc:plan#viewer@user:bob"
_SCHEMA = {"doc": {"viewer": ["this"]}}
_FIRST = 1


@dataclass(frozen=True, slots=True)
class NewEnemyRun:
    """What came of a run: ``bob_reads`` is "salaries", "draft" or "" for nothing."""

    trace: Trace
    bob_reads: str
    answered_at_us: int


class _Story:
    def __init__(self, world: World, network: Network, *, zookie: bool) -> None:
        self.world, self.network, self.zookie = world, network, zookie
        self.primary = Relations(_SCHEMA, [PLAN])
        self.replica = Relations(_SCHEMA, [PLAN])
        self.revision = self.replicated = _FIRST
        self.text, self.needed, self.open = "draft", _FIRST, ""
        self.waiting: list[int] = []
        self.read, self.answered_at_us = "", 0
        for name in ("ann", "carl", "acl", "replica", "docs", "bob"):
            network.attach(name, partial(self._got, name))

    def _got(self, name: str, message: Message) -> None:
        match name, message.payload:
            case "acl", "remove bob":
                self.primary.delete(PLAN)
                self.revision += 1
                self.network.send("acl", "ann", self.revision, f"rev {self.revision}")
                self.network.send("acl", "replica", self.revision, "rev 2: no bob")
            case "ann", _:
                self.network.send("ann", "carl", "write", "add salaries")
            case "carl", _:
                self.network.send("carl", "docs", "write", "salaries")
            case "docs", "write":
                self._store()
            case "replica", ("check", int(needed)):
                self._check(needed)
            case "replica", int(revision):
                self.replica.delete(PLAN)
                self.replicated = revision
                for needed in self.waiting:
                    self._check(needed)
            case "docs", "read":
                self.open = self.text  # read together with its zookie
                asked = f"bob? >= {self.needed}" if self.zookie else "bob?"
                needed = self.needed if self.zookie else 0
                self.network.send("docs", "replica", ("check", needed), asked)
            case "docs", bool(allowed):
                text = self.open if allowed else ""
                self.network.send("docs", "bob", text, text or "no")
            case "bob", str(text):
                self.read, self.answered_at_us = text, self.world.now_us

    def _store(self) -> None:
        self.text = "salaries"
        if self.zookie:  # docs asks acl for it and stores both at once
            self.needed = self.revision
            self.world.note("docs", f"keeps {self.needed}")

    def _check(self, needed: int) -> None:
        if self.replicated < needed:
            self.world.note("replica", f"at {self.replicated}: waits")
            self.waiting.append(needed)
            return
        allowed = bool(self.replica.check(PLAN))
        said = f"{'yes' if allowed else 'no'}, at {self.replicated}"
        self.network.send("replica", "docs", allowed, said)


def run_new_enemy(
    *, zookie: bool = False, lag_ms: int = 200, bob_asks_ms: int = 100
) -> NewEnemyRun:
    """Return how bob's reading ends, once he is no reader and the text is new.

    ``lag_ms`` is how long the replica takes to hear of a change; all other messages
    take 10 ms. Raises ValueError for a lag below 10 ms, or a time that is negative.
    """
    if lag_ms < 10:
        raise ValueError(f"lag_ms={lag_ms!r} is below 10, as all messages take")
    if bob_asks_ms < 0:
        raise ValueError(f"bob_asks_ms={bob_asks_ms!r} is negative")
    world = World()
    network = Network(world, delay=10_000)
    story = _Story(world, network, zookie=zookie)
    network.configure("acl", "replica", delay=lag_ms * 1_000)
    world.at(0, partial(network.send, "ann", "acl", "remove bob", "no bob"))
    ask = partial(network.send, "bob", "docs", "read", "plan?")
    world.at(bob_asks_ms * 1_000, ask)
    world.run()
    return NewEnemyRun(world.trace, story.read, story.answered_at_us)
