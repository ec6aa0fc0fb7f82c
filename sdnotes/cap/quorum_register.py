"""A register on several copies: a write waits for W of them, a read for R.

    run = run_quorum(
        QuorumSetting(readers=2, writers=2),
        [(0, "w", "write", 1), (40, "ann", "read"), (80, "bob", "read")],
        slow_ms={"w->B": 100, "w->C": 100},
    )
    judge(run.history, Register(0))     is this one register?    run.trace   the run

Every request goes to all copies, and whoever waits takes the first that answer. What
can be broken: ``cuts``, ``slow_ms``, ``skew_ms``, one direction of one link.

Source: Gifford 1979 (quorums); Attiya, Bar-Noy, Dolev 1995 and Lynch, Shvartsman 1997
(write_back, ask_first); DeCandia et al. 2007, "Dynamo", sections 4.5 and 4.6 (spares).
Left out: copies that lose what they held; a change of the set of copies.
Builds on: sdnotes.cap.quorum_store, sdnotes.sim. Chapter: docs/chapters/cap/.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from sdnotes.cap.quorum_store import QuorumSetting, QuorumStore
from sdnotes.sim import History, Network, Outcome, Trace, Value, World


@dataclass(frozen=True, slots=True)
class QuorumRun:
    """What came of a run. ``written`` are the values by their stamps, oldest first."""

    trace: Trace
    written: tuple[Value, ...]
    copies: dict[str, Value]

    @property
    def history(self) -> History:
        """Return the clients' operations, for a checker."""
        return History.from_trace(self.trace)

    def answered(self, client: str, begin_ms: int = 0, end_ms: int = 10**9) -> str:
        """Return "answered of asked" among what a client asked in that time."""
        asked = [
            operation.outcome is Outcome.OK
            for operation in self.history.operations
            if operation.process == client
            and begin_ms * 1000 <= operation.invoked_us < end_ms * 1000
        ]
        return f"{sum(asked)} of {len(asked)}"


Step = tuple[int, str, str] | tuple[int, str, str, Value]


def run_quorum(
    setting: QuorumSetting,
    steps: Iterable[Step],
    *,
    cuts: Iterable[tuple[int, int, str]] = (),
    slow_ms: Mapping[str, int] | None = None,
    skew_ms: Mapping[str, int] | None = None,
    delay_ms: int = 10,
    timeout_ms: int = 100,
    fallback_ms: int = 30,
    seed: int = 0,
) -> QuorumRun:
    """Play steps, each (time in ms, client, "write", value) or (..., "read").

    A cut is (begin, end, what): "ann A B | bob C" for groups, "A->ann" for one
    direction. ``slow_ms`` gives a link ("w->B") or all links of a node ("B") another
    delay; ``skew_ms`` is how far a client's clock is ahead. Raises ValueError for an
    action, a name or a time that cannot be.
    """
    world = World(seed)
    network = Network(world, delay_ms * 1000)
    store = QuorumStore(world, network, setting)
    store.timeout_us, store.fallback_us = timeout_ms * 1000, fallback_ms * 1000
    plan = [(*step, None)[:4] for step in steps]
    for place, (_, client, action, _) in enumerate(plan):
        if action not in ("read", "write"):
            raise ValueError(f"steps[{place}]={plan[place]!r} is no read and no write")
        if client not in network.nodes:
            store.join(client)
    _break(store, cuts, slow_ms or {}, skew_ms or {})
    for at_ms, client, action, value in plan:
        world.at(at_ms * 1000, partial(store.ask, client, action, value))
    world.run()
    written = sorted(store.versions, key=lambda version: version.stamp)
    return QuorumRun(
        world.trace,
        tuple(version.value for version in written),
        {name: store.replicas[name].newest().value for name in setting.copies},
    )


def _break(
    store: QuorumStore,
    cuts: Iterable[tuple[int, int, str]],
    slow_ms: Mapping[str, int],
    skew_ms: Mapping[str, int],
) -> None:
    network, world = store.network, store.world
    for link, delay_ms in slow_ms.items():
        sender, _, to = link.partition("->")
        if to:
            network.configure(sender, to, delay=delay_ms * 1000)
            continue
        for other in network.nodes:
            if other != sender:
                network.configure(sender, other, delay=delay_ms * 1000)
                network.configure(other, sender, delay=delay_ms * 1000)
    for client, skew in skew_ms.items():
        if client not in network.nodes:
            raise ValueError(f"skew_ms={dict(skew_ms)!r}: nobody is named {client!r}")
        store.skew_us[client] = skew * 1000
    for place, (begin_ms, end_ms, what) in enumerate(cuts):
        if not 0 <= begin_ms < end_ms:
            cut = (begin_ms, end_ms, what)
            raise ValueError(f"cuts[{place}]={cut!r} does not begin before it ends")
        world.at(begin_ms * 1000, partial(_cut, store, end_ms, what))


def _cut(store: QuorumStore, end_ms: int, what: str) -> None:
    sender, _, to = what.partition("->")
    if to:
        cut = store.network.cut(sender.strip(), to.strip())
    else:
        cut = store.network.partition(*(side.split() for side in what.split("|")))

    def heal() -> None:
        cut.heal()
        store.hand_off()

    store.world.at(end_ms * 1000, heal)
