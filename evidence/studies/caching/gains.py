"""Where does the policy matter most: in a small cache, or in a large one?"""

import random

from sdnotes.caching import replay, zipf
from sdnotes.caching.comparison import KEYS, make_cache

SEEDS = 5
SIZES = (6, 25, 100, 400)
BEST_OF = ("LFU", "SLRU", "2Q", "ARC", "W-TinyLFU", "SIEVE", "S3-FIFO")
CAPTION = (
    f"The best of {', '.join(BEST_OF)} against LRU, with room for so many of {KEYS:,} "
    "keys: how many more requests of 100 hit, and in brackets in proportion to LRU's "
    f"hits. Zipf's law, the mean of {SEEDS} traces, from an empty cache."
)
COLUMNS = ("exponent", "requests", *(f"{size} entries" for size in SIZES))
CELLS = [
    {"s": s, "requests": requests} for s in (0.6, 0.9) for requests in (5_000, 20_000)
]


def hits_percent(policy: str, size: int, *, s: float, requests: int) -> float:
    """Return the share of the requests that hit."""
    hits = 0
    for seed in range(SEEDS):
        trace = zipf(requests, keys=KEYS, s=s, rng=random.Random(f"gains/{seed}"))
        hits += replay(make_cache(policy, size, trace), trace).hits
    return 100 * hits / (SEEDS * requests)


def cell(*, s: float, requests: int) -> tuple[str, ...]:
    """Return the gains of one workload at all sizes."""
    found = []
    for size in SIZES:
        lru, *others = (
            hits_percent(policy, size, s=s, requests=requests)
            for policy in ("LRU", *BEST_OF)
        )
        best = max(others)
        found.append(f"{best - lru:.1f} (x {best / lru:.2f})")
    return tuple(found)
