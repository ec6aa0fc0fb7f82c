"""Every policy on every kind of workload, over many random traces.

    workload    5,000 requests each, to a cache of 100
    zipf        1,000 keys, exponent 0.9
    scan        2,500 of the same, and after each one for a key that is asked for once
    loop        120 keys round and round
    shifting    four phases of 1,250, each with 250 keys of its own

Of scan only the ordinary requests count: the others can only miss. The same seeds give
every policy the same traces, so two policies whose intervals overlap may still differ.

Left out: your workload, which is the one that counts.
Builds on: the policies, sdnotes.sim.intervals. Chapter: docs/chapters/caching/.
"""

import random
from collections.abc import Callable
from typing import Any, TypeAlias

from sdnotes.caching.arc import ARCCache
from sdnotes.caching.cache import Cache
from sdnotes.caching.clock import ClockCache
from sdnotes.caching.fifo import FIFOCache
from sdnotes.caching.lfu import LFUCache
from sdnotes.caching.lfuda import LFUDACache
from sdnotes.caching.lru import LRUCache
from sdnotes.caching.mru import MRUCache
from sdnotes.caching.optimal import OptimalCache
from sdnotes.caching.random_eviction import RandomCache
from sdnotes.caching.replay import replay
from sdnotes.caching.s3_fifo import S3FIFOCache
from sdnotes.caching.sieve import SieveCache
from sdnotes.caching.slru import SLRUCache
from sdnotes.caching.two_q import TwoQCache
from sdnotes.caching.w_tinylfu import WTinyLFUCache
from sdnotes.caching.workloads import beside_scan, loop, shifting, zipf
from sdnotes.sim.intervals import Interval, mean_interval

CAPACITY = 100
REQUESTS, KEYS, S = 5_000, 1_000, 0.9
BESIDE_SCAN = REQUESTS // 2
LOOP_KEYS = 120
PHASES, PHASE_KEYS = 4, 250
Workload: TypeAlias = Callable[[random.Random], list[int]]

WORKLOADS: dict[str, Workload] = {
    "zipf": lambda rng: zipf(REQUESTS, keys=KEYS, s=S, rng=rng),
    "scan": lambda rng: beside_scan(BESIDE_SCAN, keys=KEYS, s=S, rng=rng),
    "loop": lambda _: loop(REQUESTS, keys=LOOP_KEYS),
    "shifting": lambda rng: shifting(
        REQUESTS, keys=PHASE_KEYS, phases=PHASES, s=S, rng=rng
    ),
}
IN_WORDS = (
    f"zipf: {REQUESTS:,} requests for {KEYS:,} keys by Zipf's law, exponent {S}; "
    f"scan: {BESIDE_SCAN:,} such requests, and after each of them one for a key that "
    f"is never asked for again (of these {REQUESTS:,}, only the {BESIDE_SCAN:,} are "
    f"counted); loop: {REQUESTS:,} requests round and round over {LOOP_KEYS} keys; "
    f"shifting: {PHASES} phases of {REQUESTS // PHASES:,} requests, each for "
    f"{PHASE_KEYS} keys of its own (exponent {S})."
)
"""What a caption says of the workloads."""
POLICIES: dict[str, Callable[[int], Cache[int, Any]]] = {
    "FIFO": FIFOCache,
    "random": lambda capacity: RandomCache(capacity, rng=random.Random("victims")),
    "LRU": LRUCache,
    "MRU": MRUCache,
    "LFU": LFUCache,
    "LFUDA": LFUDACache,
    "CLOCK": ClockCache,
    "SLRU": SLRUCache,
    "2Q": TwoQCache,
    "ARC": ARCCache,
    "W-TinyLFU": WTinyLFUCache,
    "SIEVE": SieveCache,
    "S3-FIFO": S3FIFOCache,
}


def make_cache(policy: str, capacity: int, trace: list[int]) -> Cache[int, Any]:
    """Return an empty cache: one of POLICIES, or the "optimum" for this trace.

    Raises KeyError for an unknown name and ValueError for a capacity that is none.

    Examples:
        >>> make_cache("LRU", 100, [])
        LRUCache(0 of 100)
    """
    if policy == "optimum":
        return OptimalCache(capacity, future=trace)
    return POLICIES[policy](capacity)


def hit_ratio(
    policy: str, workload: str, *, seeds: int, capacity: int = CAPACITY
) -> Interval:
    """Return the mean hit ratio over seeded traces, with its 95 % interval.

    ``policy`` is one of POLICIES or "optimum". Raises KeyError for an unknown name and
    ValueError for fewer than two seeds or a capacity that is none.

    Examples:
        >>> hit_ratio("LRU", "loop", seeds=2)
        Interval(value=0.0, low=0.0, high=0.0)
    """
    ratios = []
    for seed in range(seeds):
        trace = WORKLOADS[workload](random.Random(f"{workload}/{seed}"))
        cache = make_cache(policy, capacity, trace)
        counted = sum(key >= 0 for key in trace)
        ratios.append(replay(cache, trace).hits / counted)
    return mean_interval(ratios)
