"""How many hits does more room buy, by policy?"""

from sdnotes.caching.comparison import KEYS, POLICIES, REQUESTS, S, hit_ratio

SEEDS = 20
SIZES = (25, 50, 100, 200, 400)
CAPTION = (
    f"Hits, % of {REQUESTS:,} requests for {KEYS:,} keys by Zipf's law (exponent {S}), "
    f"from an empty cache with room for so many entries: the mean of {SEEDS} random "
    "traces, the same for every policy."
)
COLUMNS = ("policy", *(f"{size} entries" for size in SIZES))
CELLS = [{"policy": policy} for policy in (*POLICIES, "optimum")]


def cell(*, policy: str) -> tuple[str, ...]:
    """Return the hit ratios of one policy at all sizes."""
    return tuple(
        f"{100 * hit_ratio(policy, 'zipf', seeds=SEEDS, capacity=size).value:.1f}"
        for size in SIZES
    )
