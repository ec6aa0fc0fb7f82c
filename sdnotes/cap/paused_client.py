"""A client is paused while it holds a lock, wakes too late, and writes. What is stored?

    A      gets the lock, token 33; works; looks at its clock: the lease is good
    A      is paused (garbage collection, a sleeping laptop, a slow disk)
    lock   the lease is over
    B      gets the lock, token 34; writes
    A      wakes up, knows nothing of all this, and writes

    check_tokens=False    A's write overwrites B's
    check_tokens=True     A's write is refused: 33 is below 34

A's look at the clock helps when its *work* took too long, and only if its clock agrees
with the lock's: with ``work_ms=70, pause_ms=0`` it gives up, and with
``clock_skew_ms=60`` too it writes too late. A holder that is told how *long* its lease
lasts, and counts from when it asked, needs no equal clocks, only equally fast ones. No
clock helps against a pause after the look.

Source: Kleppmann 2016, "How to do distributed locking"; the clocks are ours.
Left out: renewing, releasing, lost messages.
Builds on: sdnotes.cap.fencing, sdnotes.sim. Chapter: docs/chapters/cap/.
"""

from dataclasses import dataclass
from functools import partial

from sdnotes.cap.fencing import FencedStore, Lease, LockService, StaleTokenError
from sdnotes.sim import Message, Network, Trace, World

FIRST_TOKEN = 33


@dataclass(frozen=True, slots=True)
class PausedClientRun:
    """What came of a run.

    ``accepted`` holds the (token, writer) of each write that was stored, oldest first;
    ``refused`` those that the store refused; ``stored`` is whose value is there at the
    end, "nobody" if no one wrote.
    """

    trace: Trace
    stored: str
    accepted: tuple[tuple[int, str], ...]
    refused: tuple[tuple[int, str], ...]

    @property
    def overwritten(self) -> bool:
        """Return whether a write was overwritten by one with a smaller token."""
        return self.accepted != tuple(sorted(self.accepted))


@dataclass(frozen=True, slots=True)
class _Client:
    """What a client does between the lock and its write, and how wrong its clock is."""

    name: str
    work_us: int = 0
    pause_us: int = 0
    behind_us: int = 0


class _Story:
    """Carries out what lock, store and clients decide, on a simulated network."""

    def __init__(
        self, world: World, network: Network, lock: LockService, store: FencedStore[str]
    ) -> None:
        self.world = world
        self.network = network
        self.lock = lock
        self.store = store
        self.clients: dict[str, _Client] = {}
        self.accepted: list[tuple[int, str]] = []
        self.refused: list[tuple[int, str]] = []
        network.attach("lock", self._asked)
        network.attach("store", self._written)

    def join(self, client: _Client, at_us: int) -> None:
        self.clients[client.name] = client
        self.network.attach(client.name, self._told)
        self.world.at(at_us, partial(self._ask, client))

    def _ask(self, client: _Client) -> None:
        self.network.send(client.name, "lock", None, "lock?")

    def _asked(self, message: Message) -> None:
        now_us = self.world.now_us
        lease = self.lock.acquire(message.sender, now_us)
        if lease is not None:
            self.network.send("lock", message.sender, lease, f"{lease.token}")
            return
        held = self.lock.current(now_us)
        assert held is not None, "a lock that nobody holds is granted"
        self.network.send("lock", message.sender, held.until_us, "no")

    def _told(self, message: Message) -> None:
        client = self.clients[message.to]
        match message.payload:
            case Lease() as lease:
                self.world.after(client.work_us, partial(self._look, client, lease))
            case int(until_us):
                again_us = max(0, until_us - self.world.now_us)
                self.world.after(again_us, partial(self._ask, client))

    def _look(self, client: _Client, lease: Lease) -> None:
        if not lease.covers(self.world.now_us - client.behind_us):
            self.world.note(client.name, "lease over")
        elif client.pause_us:
            self.world.note(client.name, "lease good; pauses")
            self.world.after(client.pause_us, partial(self._wake, client, lease))
        else:
            if client.work_us:  # straight after the reply the look is no news
                self.world.note(client.name, "lease good")
            self._write(client, lease)

    def _wake(self, client: _Client, lease: Lease) -> None:
        self.world.note(client.name, "wakes")
        self._write(client, lease)

    def _write(self, client: _Client, lease: Lease) -> None:
        self.network.send(client.name, "store", lease.token, f"write {lease.token}")

    def _written(self, message: Message) -> None:
        assert isinstance(message.payload, int)
        token, who = message.payload, message.sender
        try:
            self.store.write(token, who)
        except StaleTokenError:
            self.refused.append((token, who))
            self.network.send("store", who, None, "too old")
        else:
            self.accepted.append((token, who))
            self.world.note("store", f"holds {who}'s")
            self.network.send("store", who, None, "ok")


def run_paused_client(
    *,
    pause_ms: int = 80,
    ttl_ms: int = 50,
    clock_skew_ms: int = 0,
    work_ms: int = 10,
    b_asks_ms: int = 30,
    delay_ms: int = 5,
    check_tokens: bool = True,
) -> PausedClientRun:
    """Play two clients, one lock and one store, and return the run.

    A asks for the lock at 0 ms, works for ``work_ms``, looks at its clock, is paused
    for ``pause_ms`` and writes. B asks at ``b_asks_ms``, and again when the lock is
    said to be free; it writes at once. A's clock is ``clock_skew_ms`` behind the
    lock's; below 0, ahead. Raises ValueError for a negative time, and a ttl of 0.
    """
    for name, time_ms in (
        ("pause_ms", pause_ms),
        ("work_ms", work_ms),
        ("b_asks_ms", b_asks_ms),
        ("delay_ms", delay_ms),
    ):
        if time_ms < 0:
            raise ValueError(f"{name}={time_ms!r} is negative")
    if ttl_ms <= 0:
        raise ValueError(f"ttl_ms={ttl_ms!r} is not above 0")
    world = World()
    lock = LockService(ttl_us=ttl_ms * 1000, first_token=FIRST_TOKEN)
    store = FencedStore("nobody", check_tokens=check_tokens)
    story = _Story(world, Network(world, delay_ms * 1000), lock, store)
    slow = _Client("A", work_ms * 1000, pause_ms * 1000, clock_skew_ms * 1000)
    story.join(slow, 0)
    story.join(_Client("B"), b_asks_ms * 1000)
    world.run()
    return PausedClientRun(
        world.trace, store.value, tuple(story.accepted), tuple(story.refused)
    )
