"""Cache-aside's race: a slow reader stores what a writer has just replaced.

    reader   get -> miss, reads v1 in the database, is paused
    writer                     writes v2 to the database, deletes the key in the cache
    reader                                               puts v1, which stays

Neither did anything wrong, and no message was lost. With ``leases`` the cache gives the
reader a token at its miss; the delete makes it void, and the late put is refused.

Source: Nishtala et al. 2013, "Scaling Memcache at Facebook", NSDI, section 3.2.1.
Left out: several copies of the cache or of the database (a copy that lags hands out an
old value with a token that is good: leases do not help there).
Builds on: sdnotes.caching.leases, sdnotes.sim. Chapter: docs/chapters/caching/.
"""

from dataclasses import dataclass

from sdnotes.caching.leases import Fill, Hit, LeasedCache
from sdnotes.sim import Message, Network, Trace, World

_KEY = "price"


@dataclass(frozen=True, slots=True)
class FillRaceRun:
    """What came of a run: what a reader would be told at its end, and the truth."""

    trace: Trace
    cached: str | None
    stored: str

    @property
    def stale(self) -> bool:
        """Return whether the cache goes on telling what is no longer true."""
        return self.cached is not None and self.cached != self.stored


@dataclass(frozen=True, slots=True)
class _Miss:
    """What the cache tells the reader, who takes it on to the database."""

    token: int | None


@dataclass(frozen=True, slots=True)
class _Put:
    """What the database tells the reader, who takes it on to the cache."""

    value: str
    token: int | None


class _Story:
    """Carries messages between a reader, a writer, the cache and the database."""

    def __init__(self, world: World, *, leases: bool, pause_us: int) -> None:
        self.world = world
        self.leases = leases
        self.pause_us = pause_us
        self.stored = "v1"
        self.plain: dict[str, str] = {}
        self.leased: LeasedCache[str, str] = LeasedCache(lease_s=10)
        self.network = Network(world, delay=5_000)
        self.network.attach("reader", self._read_on)
        self.network.attach("cache", self._cache)
        self.network.attach("database", self._database)
        self.network.attach("writer", self._delete)

    @property
    def cached(self) -> str | None:
        """Return the value in the cache, without taking a lease."""
        if not self.leases:
            return self.plain.get(_KEY)
        found = self.leased.get(_KEY, now_s=self.world.now_us / 1e6)
        return found.value if isinstance(found, Hit) else None

    def _cache(self, message: Message) -> None:
        match message.payload:
            case _Put():
                self._fill(message.payload)
            case "get":
                token = self._look_up()
                label = f"token {token}" if token else "miss"
                self.network.send("cache", "reader", _Miss(token), label)
            case _:
                self.plain.pop(_KEY, None)
                self.leased.delete(_KEY, now_s=self.world.now_us / 1e6)
                self.world.note("cache", "holds nothing")

    def _look_up(self) -> int | None:
        if not self.leases:
            return None
        found = self.leased.get(_KEY, now_s=self.world.now_us / 1e6)
        assert isinstance(found, Fill), "the first to ask may fill"
        return found.token

    def _fill(self, put: _Put) -> None:
        if put.token is None:
            self.plain[_KEY] = put.value
        elif not self.leased.put(_KEY, put.value, put.token):
            self.world.note("cache", f"refuses {put.value}: token is void")
            return
        self.world.note("cache", f"holds {put.value}")

    def _database(self, message: Message) -> None:
        match message.payload:
            case _Miss(token):
                answer = _Put(self.stored, token)
                self.network.send("database", "reader", answer, self.stored)
            case value:
                self.stored = str(value)
                self.world.note("database", f"holds {value}")
                self.network.send("database", "writer", "ok")

    def _read_on(self, message: Message) -> None:
        if isinstance(message.payload, _Miss):
            self.network.send("reader", "database", message.payload, "read")
            return
        put = message.payload
        assert isinstance(put, _Put), "the database answers with a value"
        if self.pause_us:
            self.world.note("reader", "is paused")
        self.world.after(
            self.pause_us,
            lambda: self.network.send("reader", "cache", put, f"put {put.value}"),
        )

    def _delete(self, _: Message) -> None:
        self.world.after(5_000, lambda: self.network.send("writer", "cache", "delete"))


def run_fill_race(
    *, leases: bool, pause_ms: int = 40, writes_at_ms: int = 25
) -> FillRaceRun:
    """Return a run in which a reader fills the cache while a writer changes the value.

    The reader begins at 0; each message takes 5 ms, and so does the writer before it
    deletes. Raises ValueError for a negative time.

    Examples:
        >>> run_fill_race(leases=False).stale, run_fill_race(leases=True).stale
        (True, False)
    """
    for name, value in (("pause_ms", pause_ms), ("writes_at_ms", writes_at_ms)):
        if value < 0:
            raise ValueError(f"{name}={value!r} is negative")
    world = World()
    story = _Story(world, leases=leases, pause_us=pause_ms * 1000)
    world.after(0, lambda: story.network.send("reader", "cache", "get"))
    world.at(
        writes_at_ms * 1000,
        lambda: story.network.send("writer", "database", "v2", "write v2"),
    )
    world.run()
    return FillRaceRun(world.trace, story.cached, story.stored)
