"""How much longer than the room may a loop be?"""

from sdnotes.caching import loop, replay
from sdnotes.caching.comparison import CAPACITY, POLICIES, make_cache

REQUESTS = 10_000
KEYS = (101, 105, 110, 120, 200)
CAPTION = (
    f"Hits, % of {REQUESTS:,} requests that go round and round over so many keys, with "
    f"room for {CAPACITY} of them. Chance decides only random's victims, by one seed."
)
COLUMNS = ("policy", *(f"{keys} keys" for keys in KEYS))
SOME = ("random", "2Q", "S3-FIFO", "W-TinyLFU", "MRU", "optimum")
OTHERS = [policy for policy in POLICIES if policy not in SOME]
CELLS = [{"policy": policy} for policy in (*SOME, f"the best of {', '.join(OTHERS)}")]


def hits_percent(policy: str, keys: int) -> float:
    """Return the share of the requests that hit."""
    trace = loop(REQUESTS, keys=keys)
    return 100 * replay(make_cache(policy, CAPACITY, trace), trace).hit_ratio


def cell(*, policy: str) -> tuple[str, ...]:
    """Return the hit ratios of one policy, or the best of the others, for all loops."""
    names = [policy] if policy in SOME else OTHERS
    return tuple(
        f"{max(hits_percent(name, keys) for name in names):.1f}" for keys in KEYS
    )
