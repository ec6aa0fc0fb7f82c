"""One hot key expires. What does the origin see, and how long do the readers wait?

    readers -->  cache  --(who missed)-->  origin: `parallel` calls at once, a queue

    nothing              every reader that misses calls the origin
    lock                 one at a time, and each of them calls it all the same
    double-checked lock  one at a time; who enters looks into the cache again
    single-flight        one calls, the others get its answer
    lease                the cache gives one the right to fill; the others look again
    lease, stale         the same, and the others take the value from before
    early                each reader may refresh a little before the expiry (XFetch)
    stale                the old value is served, one refreshes in the background

Locks and flights live in one process; with several ``processes`` each has its own. The
cache, and so its leases, is shared by all.

Rules: every reader is answered once, and its wait is counted then; an answer is stale
from the expiry on, whether or not there is a newer one; a call is at the origin from
its asking on, in the queue too; what it brings is fresh from when it arrives.

Source: Nishtala et al. 2013 (leases), Vattani et al. 2015 (early), RFC 5861 (stale).
Left out: errors, other keys, the cache's own delay.
Builds on: sdnotes.sim, sdnotes.caching.leases, sdnotes.herd.refreshing.
Chapter: docs/chapters/herd/.
"""

import math
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, fields
from functools import partial
from typing import Any

import simpy

from sdnotes.caching.leases import Fill, Hit, LeasedCache
from sdnotes.herd.refreshing import Fresh, RefreshingCache, Stale
from sdnotes.sim import Chance, World
from sdnotes.sim.percentiles import percentile

Steps = Generator[simpy.Event, Any, bool]
"""A reader at work; returns whether its answer was past its expiry."""
_KEY = "k"
_LEASE_S = 10.0


@dataclass(frozen=True, slots=True)
class StampedeRun:
    """What a run cost: calls, the most calls at once, waits, stale answers.

    The waits are in the order in which the readers came.
    """

    origin_calls: int
    origin_peak: int
    waits_us: tuple[int, ...]
    stale_answers: int

    def wait_ms(self, percent: float) -> int:
        """Return the percentile of the readers' waits, in whole milliseconds."""
        return round(percentile(self.waits_us, percent) / 1000)


@dataclass(frozen=True, slots=True)
class StampedeSetting:
    """How the origin and the cache behave; times in milliseconds."""

    ttl_ms: int = 1000
    origin_ms: int = 100
    parallel: int = 10
    processes: int = 1
    poll_ms: int = 20
    stale_ms: int = 1000
    beta: float = 1.0

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name != "beta" and value < 1:
                raise ValueError(f"{field.name}={value!r} is below 1")
        if not 0 < self.beta < math.inf:
            raise ValueError(f"beta={self.beta!r} is not above 0")


class _Key:
    """The key's readers, its cache and its origin, under one strategy."""

    def __init__(self, world: World, setting: StampedeSetting, *, warm: bool) -> None:
        self.world = world
        self.setting = setting
        self.origin = simpy.Resource(world.env, setting.parallel)
        self.calls = self.under_way = self.peak = 0
        self.cached = warm
        self.expires_us = setting.ttl_ms * 1000 if warm else 0
        self.fetch_us = setting.origin_ms * 1000  # how long the last fetch took
        self.locks = [simpy.Resource(world.env, 1) for _ in range(setting.processes)]
        self.flights: dict[int, simpy.Event] = {}
        self.refreshing: RefreshingCache[str, int] = RefreshingCache(
            ttl_s=setting.ttl_ms / 1000, stale_s=setting.stale_ms / 1000
        )
        if warm:
            self.refreshing.put(_KEY, 0, now_s=0)

    def fresh(self) -> bool:
        return self.cached and self.world.now_us < self.expires_us

    def fetch(self) -> Generator[simpy.Event, Any, None]:
        """Call the origin, wait in its queue, and store what it says."""
        began_us = self.world.now_us
        self.calls += 1
        self.under_way += 1
        self.peak = max(self.peak, self.under_way)
        with self.origin.request() as place:
            yield place
            yield self.world.timeout(self.setting.origin_ms * 1000)
        self.under_way -= 1
        now_us = self.world.now_us
        self.cached, self.expires_us = True, now_us + self.setting.ttl_ms * 1000
        self.fetch_us = now_us - began_us
        self.refreshing.put(_KEY, 0, now_us / 1e6, began_s=began_us / 1e6)

    def nothing(self, _process: int) -> Steps:
        if not self.fresh():
            yield from self.fetch()
        return False

    def lock(self, process: int, *, look_again: bool) -> Steps:
        if self.fresh():
            return False
        with self.locks[process].request() as turn:
            yield turn
            if not (look_again and self.fresh()):
                yield from self.fetch()
        return False

    def single_flight(self, process: int) -> Steps:
        if self.fresh():
            return False
        if process in self.flights:
            yield self.flights[process]
            return False
        landed = self.flights[process] = self.world.env.event()
        yield from self.fetch()
        del self.flights[process]
        landed.succeed()
        return False

    def leased_cache(self, stale_ms: int) -> LeasedCache[str, int]:
        """Return the cache of a run with leases, filled if the run begins warm."""
        # An expiry is told to it as a delete; it must free the key at once, as it is
        # no write that might be followed by many more.
        cache = LeasedCache[str, int](
            lease_s=_LEASE_S, stale_s=stale_ms / 1000, delete_frees=True
        )
        if self.cached:
            first = cache.get(_KEY, now_s=-_LEASE_S)
            assert isinstance(first, Fill)
            cache.put(_KEY, 0, first.token)
        return cache

    def lease(self, _process: int, *, cache: LeasedCache[str, int]) -> Steps:
        while True:
            if self.cached and not self.fresh():
                self.cached = False
                cache.delete(_KEY, self.world.now_us / 1e6)
            match cache.get(_KEY, self.world.now_us / 1e6):
                case Hit():
                    return False
                case Fill(token=token):
                    yield from self.fetch()
                    cache.put(_KEY, 0, token)
                    return False
                case waiting if waiting.stale is not None:
                    return True
            yield self.world.timeout(self.setting.poll_ms * 1000)

    def early(self, _process: int, *, chance: Chance) -> Steps:
        if self.fresh():
            left_us = self.expires_us - self.world.now_us
            if chance.exponential_us(self.setting.beta * self.fetch_us) < left_us:
                return False
        yield from self.fetch()
        return False

    def stale(self, _process: int) -> Steps:
        match self.refreshing.get(_KEY, self.world.now_us / 1e6):
            case Fresh():
                return False
            case Stale(refresh=refresh):
                if refresh:
                    self.world.process(self.fetch())
                return True
        yield from self.fetch()
        return False


STRATEGIES = (
    "nothing",
    "lock",
    "double-checked lock",
    "single-flight",
    "lease",
    "lease, stale",
    "early",
    "stale",
)


def _reader(key: _Key, strategy: str) -> Callable[[int], Steps]:
    readers: dict[str, Callable[[int], Steps]] = {
        "nothing": key.nothing,
        "lock": partial(key.lock, look_again=False),
        "double-checked lock": partial(key.lock, look_again=True),
        "single-flight": key.single_flight,
        "lease": partial(key.lease, cache=key.leased_cache(stale_ms=0)),
        "lease, stale": partial(
            key.lease, cache=key.leased_cache(key.setting.stale_ms)
        ),
        "early": partial(key.early, chance=key.world.chance("early")),
        "stale": key.stale,
    }
    if strategy not in readers:
        raise ValueError(f"strategy={strategy!r} is not one of {', '.join(STRATEGIES)}")
    return readers[strategy]


def poisson_us(rate_per_s: float, run_ms: int, seed: int) -> list[int]:
    """Return random arrival times in microseconds, ``rate_per_s`` on average."""
    if not 0 < rate_per_s < math.inf:
        raise ValueError(f"rate_per_s={rate_per_s!r} is not above 0")
    if run_ms < 0:
        raise ValueError(f"run_ms={run_ms!r} is negative")
    chance = Chance(f"{seed}/arrivals")
    times: list[int] = []
    at_us = chance.exponential_us(1e6 / rate_per_s)
    while at_us < run_ms * 1000:
        times.append(at_us)
        at_us += chance.exponential_us(1e6 / rate_per_s)
    return times


def longest_waits_ms(
    run: StampedeRun, arrivals_us: Sequence[int], *, from_ms: int, window_ms: int
) -> list[tuple[int, int]]:
    """Return, for each window since ``from_ms``, its start and its longest wait.

    Windows in which nobody came are left out.
    """
    if window_ms < 1:
        raise ValueError(f"window_ms={window_ms!r} is below 1")
    longest: dict[int, int] = {}
    for at_us, wait_us in zip(arrivals_us, run.waits_us, strict=True):
        since_ms = at_us // 1000 - from_ms
        if since_ms >= 0:
            window = since_ms // window_ms * window_ms
            longest[window] = max(longest.get(window, 0), wait_us // 1000)
    return sorted(longest.items())


def run_stampede(
    strategy: str,
    arrivals_us: Sequence[int],
    *,
    warm: bool = True,
    setting: StampedeSetting = StampedeSetting(),
    seed: int = 0,
) -> StampedeRun:
    """Play the readers who come at these times, and return what it cost.

    A ``warm`` cache holds the value from 0 until the TTL; the other is empty. Raises
    ValueError for an unknown strategy, and for no readers.

    Examples:
        >>> together = [0] * 100
        >>> [run_stampede(s, together, warm=False).origin_calls for s in STRATEGIES[:4]]
        [100, 100, 1, 1]
    """
    if not arrivals_us:
        raise ValueError(f"arrivals_us={arrivals_us!r}: somebody must read")
    world = World(seed)
    key = _Key(world, setting, warm=warm)
    read = _reader(key, strategy)
    waits_us = [0] * len(arrivals_us)
    stale_answers = 0

    def reader(number: int) -> Generator[simpy.Event, Any, None]:
        nonlocal stale_answers
        began_us = world.now_us
        stale = yield from read(number % setting.processes)
        stale_answers += stale  # read after the wait: others have counted meanwhile
        waits_us[number] = world.now_us - began_us

    for number, at_us in enumerate(arrivals_us):
        world.at(at_us, lambda n=number: world.process(reader(n)))  # type: ignore[misc]
    world.run()
    return StampedeRun(key.calls, key.peak, tuple(waits_us), stale_answers)
