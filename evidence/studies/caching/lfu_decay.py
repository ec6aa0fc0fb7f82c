"""Redis's LFU forgets by the minute: what does a scan, or a shift, then cost?

    counter   a newcomer 5; a use + 1 with the chance 1 / (10 * (counter - 5) + 1), and
              for sure up to 5; a minute without a use - 1 (``lfu-decay-time`` 1)
    leaves    the lowest counter of ten entries drawn by chance

An entry that is used less than once or twice a minute falls below 5, and then whatever
a scan brings is worth more than it. So ageing helps after a shift at any rate, and
takes away what LFU is praised for where requests are few.

Source: Redis 7.0, evict.c: LFULogIncr, LFUDecrAndReturn; server.h: LFU_INIT_VAL.
Left out: the pool of remembered candidates (ten draws instead of five and the pool).
Chapter: docs/chapters/caching/.
"""

import random
from collections.abc import Callable, Iterator, Sequence

from sdnotes.caching import LRUCache, zipf

KEYS, EXPONENT, HELD = 20_000, 0.9, 1_940
WARM, SCANNED, AFTER_SCAN, TAIL, SHIFTED = 30_000, 4_000, 2_000, 10_000, 10_000
NEW, DRAWN, LOG_FACTOR = 5, 10, 10
SEEDS = 8
CAPTION = (
    f"Hits, % of the requests. Redis's rule for LFU, computed: {HELD:,} of {KEYS:,} "
    f"keys fit, Zipf's law with exponent {EXPONENT}, {DRAWN} samples, the mean of "
    f"{SEEDS} traces. Steady: the cache is warm. After a scan: the {AFTER_SCAN:,} "
    f"requests after {SCANNED:,} keys were asked for once each, in no time. After a "
    f"shift: the {SHIFTED:,} requests after the most popular keys have become the "
    "least popular ones. The uses a minute are those of an average entry: requests a "
    f"minute, divided by {HELD:,}."
)
COLUMNS = ("policy", "uses a minute", "steady", "after a scan", "after a shift")
CELLS: list[dict[str, str]] = [
    {"policy": "LRU", "uses": "any"},
    {"policy": "LFU, lfu-decay-time 0", "uses": "any"},
    *(
        {"policy": "LFU, lfu-decay-time 1", "uses": uses}
        for uses in ("0.1", "0.5", "2", "8", "32")
    ),
]
SHIFT = WARM + SCANNED + TAIL
WINDOWS = (
    slice(10_000, WARM),
    slice(WARM + SCANNED, WARM + SCANNED + AFTER_SCAN),
    slice(SHIFT, SHIFT + SHIFTED),
)


class RedisLFU:
    """A full Redis under ``allkeys-lfu``, with minutes that count from 0."""

    def __init__(self, room: int, decay_min: int, rng: random.Random) -> None:
        self.room, self.decay_min, self.rng = room, decay_min, rng
        self.keys: list[int] = []
        self.place: dict[int, int] = {}
        self.noted: dict[int, tuple[int, int]] = {}  # counter, and in which minute

    def counter(self, key: int, minute: int) -> int:
        """Return the counter of an entry, less what time has taken."""
        value, then = self.noted[key]
        lost = (minute - then) // self.decay_min if self.decay_min else 0
        return max(0, value - lost)

    def access(self, key: int, minute: int) -> bool:
        """Return whether the key was there, and keep it."""
        if key in self.noted:
            value = self.counter(key, minute)
            chance = 1 / (LOG_FACTOR * max(0, value - NEW) + 1)
            self.noted[key] = value + (self.rng.random() < chance), minute
            return True
        if len(self.keys) == self.room:
            self.evict(minute)
        self.place[key] = len(self.keys)
        self.keys.append(key)
        self.noted[key] = NEW, minute
        return False

    def evict(self, minute: int) -> None:
        """Throw out the entry with the lowest counter of some drawn by chance."""
        drawn = [self.keys[int(self.rng.random() * self.room)] for _ in range(DRAWN)]
        victim = min(drawn, key=lambda key: self.counter(key, minute))
        last, empty = self.keys.pop(), self.place.pop(victim)
        if last != victim:
            self.keys[empty], self.place[last] = last, empty
        del self.noted[victim]


def requests(rng: random.Random) -> list[int]:
    """Return Zipf, a scan of new keys, Zipf, and Zipf with the ranks reversed."""

    def draw(number: int) -> list[int]:
        return zipf(number, keys=KEYS, s=EXPONENT, rng=rng)

    scan = range(2 * KEYS, 2 * KEYS + SCANNED)
    turned = (KEYS - 1 - key for key in draw(SHIFTED))
    return [*draw(WARM), *scan, *draw(TAIL), *turned]


def minutes(per_minute: float, began: float) -> Iterator[int]:
    """Yield the minute of each request; those of the scan are all at one moment.

    ``began`` is the part of a minute that had passed: all counters fall together.
    """
    for number in range(SHIFT + SHIFTED):
        passed = number if number < WARM else max(WARM, number - SCANNED)
        yield int(began + passed / per_minute)


def hit_percents(hits: Sequence[bool]) -> list[float]:
    """Return the share of hits in each window."""
    return [100 * sum(hits[w]) / (w.stop - w.start) for w in WINDOWS]


def run(policy: str, uses: str, seed: int) -> list[float]:
    """Return the share of hits in each window for one trace."""
    rng = random.Random(f"lfu decay/{seed}")
    trace = requests(rng)
    if policy == "LRU":
        access: Callable[[int], bool] = LRUCache[int, None](HELD).access
        return hit_percents([access(key) for key in trace])
    decay_min = int(policy[-1])
    redis = RedisLFU(HELD, decay_min, rng)
    clock: Iterator[int] = iter([0] * len(trace))
    if decay_min:
        clock = minutes(HELD * float(uses), began=rng.random())
    return hit_percents(
        [redis.access(*each) for each in zip(trace, clock, strict=True)]
    )


def cell(*, policy: str, uses: str) -> tuple[str, ...]:
    """Return the mean share of hits in each window."""
    runs = [run(policy, uses, seed) for seed in range(SEEDS)]
    return tuple(f"{sum(column) / SEEDS:.0f}" for column in zip(*runs, strict=True))
