"""How fast are the caches, against cachetools and a bare OrderedDict?

1,000,000 Zipf(0.9) requests over 100,000 keys into 10,000 entries, through the calls
that both know: ``get``, and after a miss ``cache[key] = value``. Each is run five
times, all of them in turn in one process, and of each fiftieth of the requests the best
of the five is taken, in processor time: what disturbs a run only makes it slower, and
never makes all five slower in the same place. Memory is what tracemalloc counts for a
full cache after the same requests, keys and values apart.
"""

import gc
import os
import platform
import random
import time
import tracemalloc
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from typing import Any

import cachetools

from sdnotes.caching import (
    ARCCache,
    ClockCache,
    FIFOCache,
    LFUCache,
    LRUCache,
    S3FIFOCache,
    SieveCache,
    SLRUCache,
    TwoQCache,
    WTinyLFUCache,
    replay,
    zipf,
)

CAPTION = (
    "How many times as fast as cachetools (for replay: as slow as a bare loop over an "
    "OrderedDict), and memory for each entry as a part of cachetools': 1,000,000 "
    "Zipf(0.9) requests, 100,000 keys, 10,000 entries, the best of five runs in turn."
)
COLUMNS = ("what", "promised", "kept")
REQUESTS, KEYS, CAPACITY, RUNS = 1_000_000, 100_000, 10_000, 5
PART = REQUESTS // 50
OURS: dict[str, Callable[[int], Any]] = {
    "LRU": LRUCache,
    "FIFO": FIFOCache,
    "LFU": LFUCache,
    "SIEVE": SieveCache,
    "S3-FIFO": S3FIFOCache,
    "CLOCK": ClockCache,
    "SLRU": SLRUCache,
    "2Q": TwoQCache,
    "ARC": ARCCache,
    "W-TinyLFU": WTinyLFUCache,
}
PEERS: dict[str, Callable[[int], Any]] = {
    "LRU": cachetools.LRUCache,
    "FIFO": cachetools.FIFOCache,
    "LFU": cachetools.LFUCache,
}
AT_LEAST = {"LRU": 1.7, "FIFO": 1.7, "LFU": 1.0, "SIEVE": 1.0, "S3-FIFO": 1.0}
AT_LEAST["W-TinyLFU"] = 0.35
REPLAY_AT_MOST = 1.5


def parts(trace: list[int]) -> list[list[int]]:
    """Return the requests in parts, which are timed one by one."""
    return [trace[at : at + PART] for at in range(0, len(trace), PART)]


def through_calls(make: Callable[[int], Any], trace: list[int]) -> list[float]:
    """Return the seconds of each part, through get and item assignment."""
    cache = make(CAPACITY)
    get = cache.get
    took_s = []
    for part in parts(trace):
        began_s = time.process_time()
        for key in part:
            if get(key) is None:
                cache[key] = key
        took_s.append(time.process_time() - began_s)
    return took_s


def replayed(trace: list[int]) -> list[float]:
    """Return the seconds of each part that ``replay`` takes with our LRU."""
    cache: LRUCache[int, int] = LRUCache(CAPACITY)
    took_s = []
    for part in parts(trace):
        began_s = time.process_time()
        replay(cache, part)
        took_s.append(time.process_time() - began_s)
    return took_s


def bare_loop(trace: list[int]) -> list[float]:
    """Return the seconds of each part of the shortest LRU that counts hits."""
    entries: OrderedDict[int, None] = OrderedDict()
    hits = 0
    took_s = []
    for part in parts(trace):
        began_s = time.process_time()
        for key in part:
            if key in entries:
                entries.move_to_end(key)
                hits += 1
            else:
                if len(entries) >= CAPACITY:
                    entries.popitem(last=False)
                entries[key] = None
        took_s.append(time.process_time() - began_s)
    return took_s


def entry_bytes(make: Callable[[int], Any], trace: list[int]) -> float:
    """Return the memory of a full cache for each of its entries."""
    gc.collect()
    tracemalloc.start()
    cache = make(CAPACITY)
    for key in trace[: REQUESTS // 5]:
        if cache.get(key) is None:
            cache[key] = key
    size_bytes, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(cache) == CAPACITY, "a cache that is not full"
    return size_bytes / CAPACITY


def measure() -> dict[str, float]:
    """Return every ratio by the name of its row."""
    trace = zipf(REQUESTS, keys=KEYS, s=0.9, rng=random.Random(1))
    caches = {f"ours {name}": make for name, make in OURS.items()}
    caches |= {f"peer {name}": make for name, make in PEERS.items()}
    runs: dict[str, Callable[[], list[float]]] = {
        name: partial(through_calls, make, trace) for name, make in caches.items()
    }
    runs["replay"] = partial(replayed, trace)
    runs["bare"] = partial(bare_loop, trace)
    tries: dict[str, list[list[float]]] = {name: [] for name in runs}
    for _ in range(RUNS):
        for name, run in runs.items():
            gc.collect()
            tries[name].append(run())
    best = {
        name: sum(map(min, zip(*each, strict=True))) for name, each in tries.items()
    }
    measured = {}
    for name in OURS:
        peer = name if name in PEERS else "LRU"
        row = f"{name}, against {peer}"
        measured[row] = best[f"peer {peer}"] / best[f"ours {name}"]
    measured["replay of LRU, against a bare loop"] = best["replay"] / best["bare"]
    for name, make in OURS.items():
        peer = name if name in PEERS else "LRU"
        row = f"{name}, memory against {peer}"
        ours_bytes = entry_bytes(make, trace)
        measured[row] = ours_bytes / entry_bytes(PEERS[peer], trace)
    return {row: round(ratio, 2) for row, ratio in measured.items()}


def rows() -> tuple[list[tuple[str, str, str]], dict[str, Any]]:
    """Return what is promised and whether it was kept, and what was measured."""
    measured = measure()
    found = []
    for row, ratio in measured.items():
        name, _, what = row.partition(", ")
        if what.startswith("memory"):
            promised, kept = (
                ("at most 1.0", ratio <= 1.0) if name in PEERS else ("-", None)
            )
        elif name.startswith("replay"):
            promised, kept = f"at most {REPLAY_AT_MOST}", ratio <= REPLAY_AT_MOST
        elif name in AT_LEAST:
            promised, kept = f"at least {AT_LEAST[name]}", ratio >= AT_LEAST[name]
        else:
            promised, kept = "-", None
        found.append((row, promised, "-" if kept is None else "yes" if kept else "no"))
    return found, {
        "measured": measured,
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}",
        "versions": {
            "cachetools": version("cachetools"),
            "Python": platform.python_version(),
        },
    }
