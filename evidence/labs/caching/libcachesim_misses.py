"""Do our policies miss where their peer does, request for request?

libCacheSim is a simulator in C by the authors of S3-FIFO and SIEVE. Four traces of our
workloads go through its policies at three sizes, and the misses are counted. Its
segmented LRU fills the higher segments first while the cache is still empty, so ours is
given that rule here (``FilledSLRU``); its W-TinyLFU has another sketch and its LFUDA
another definition, so neither is compared; random cannot be equal.

Source: libCacheSim 0.3.5 (PyPI ``libcachesim``), which has wheels for Linux on x86_64.
Left out: sizes in bytes. Chapter: docs/chapters/caching/.
"""

import importlib
import random
from collections import OrderedDict
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

from evidence.labs.server import MissingServerError
from sdnotes.caching import (
    ARCCache,
    Cache,
    ClockCache,
    FIFOCache,
    LFUCache,
    LRUCache,
    OptimalCache,
    S3FIFOCache,
    SieveCache,
    SLRUCache,
    TwoQCache,
    loop,
    replay,
    shifting,
    with_scan,
    zipf,
)

SIZES = (20, 200, 1_000)
ZIPF, ZIPF_KEYS = 20_000, 4_000
AROUND, AROUND_KEYS, SCAN = 15_000, 3_000, 3_000
LOOP, LOOP_KEYS = 12_000, 800
SHIFTING, SHIFTING_KEYS, PHASES = 20_000, 1_500, 4
CAPTION = (
    "Misses counted by libCacheSim with room for "
    f"{' / '.join(f'{size:,}' for size in SIZES)} entries, and whether ours are the "
    f"same. zipf: {ZIPF:,} requests, {ZIPF_KEYS:,} keys, s = 0.9; scan: {AROUND:,} "
    f"such requests for {AROUND_KEYS:,} keys, and in their middle {SCAN:,} keys once "
    f"each; loop: {LOOP:,} over {LOOP_KEYS:,} keys; shifting: {SHIFTING:,} in "
    f"{PHASES} phases of {SHIFTING_KEYS:,} keys each, s = 1. SLRU is the peer's, "
    "with four segments of which the empty ones are filled first; SLRUCache fills "
    "the lowest first, and misses a little more or less often."
)
_RNG = random.Random(7)
TRACES = {
    "zipf": zipf(ZIPF, keys=ZIPF_KEYS, s=0.9, rng=_RNG),
    "scan": with_scan(AROUND, keys=AROUND_KEYS, scan=SCAN, s=0.9, rng=_RNG),
    "loop": loop(LOOP, keys=LOOP_KEYS),
    "shifting": shifting(SHIFTING, keys=SHIFTING_KEYS, phases=PHASES, s=1.0, rng=_RNG),
}
COLUMNS = ("policy", *TRACES, "ours")


class MissingPeerError(MissingServerError):
    """The peer is not here; on some platforms it cannot be installed."""

    def __init__(self) -> None:
        RuntimeError.__init__(
            self,
            "libcachesim is not installed: `make install` does it on Linux, x86_64, "
            "with a Python below 3.14",
        )


class FilledSLRU(SLRUCache[int, Any]):
    """Segmented LRU as the peer has it: four segments, the empty ones filled first."""

    def __init__(self, capacity: int) -> None:
        super().__init__(capacity, shares=(0.25,) * 4)

    def _admit(self, key: int) -> int | None:
        victim = super()._admit(key)
        del self._segments[0][key]
        rooms = zip(self._segments, self._rooms, strict=True)
        segment: OrderedDict[int, None] = next(s for s, r in rooms if len(s) < r)
        segment[key] = None
        return victim


OURS: dict[str, Callable[[int], Cache[int, Any]]] = {
    "FIFO": FIFOCache,
    "LRU": LRUCache,
    "LFU": LFUCache,
    "Clock": ClockCache,
    "SLRU": FilledSLRU,
    "TwoQ": TwoQCache,
    "ARC": ARCCache,
    "Sieve": SieveCache,
    "S3FIFO": S3FIFOCache,
}
POLICIES = (*OURS, "Belady")


def our_misses(policy: str, trace: list[int], size: int) -> int:
    """Return the misses of our policy of the peer's name."""
    if policy == "Belady":
        return replay(OptimalCache(size, future=trace), trace).misses
    return replay(OURS[policy](size), trace).misses


def peer_misses(policy: str, trace: list[int], size: int) -> int:
    """Return the misses of libCacheSim. Raises MissingServerError without it."""
    try:
        peer = importlib.import_module("libcachesim")
    except ImportError as error:
        raise MissingPeerError from error
    cache = getattr(peer, policy)(size, hashpower=16)
    request = peer.Request()
    request.obj_size = 1
    next_use: dict[int, int] = {}
    coming = [0] * len(trace)
    for at in range(len(trace) - 1, -1, -1):
        coming[at] = next_use.get(trace[at], 2**62)
        next_use[trace[at]] = at
    misses = 0
    for at, key in enumerate(trace):
        request.obj_id, request.clock_time = key, at
        request.next_access_vtime = coming[at]  # for Belady's eyes only
        misses += not cache.get(request)
    return misses


def rows() -> tuple[list[tuple[str, ...]], dict[str, Any]]:
    """Return the peer's misses and how ours compare, and the peer's version."""
    found = []
    for policy in POLICIES:
        cells, equal = [], True
        for trace in TRACES.values():
            theirs = [peer_misses(policy, trace, size) for size in SIZES]
            equal &= theirs == [our_misses(policy, trace, size) for size in SIZES]
            cells.append(" / ".join(map(str, theirs)))
        same = "equal, filled as the peer's" if policy == "SLRU" else "equal"
        found.append((policy, *cells, same if equal else "DIFFERENT"))
    return found, {"versions": {"libCacheSim": version("libcachesim")}}
