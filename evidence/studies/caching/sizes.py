"""How many hits does more room buy, by policy?"""

from sdnotes.caching.comparison import POLICIES, hit_ratio

SEEDS = 20
SIZES = (25, 50, 100, 200, 400)
CAPTION = (
    "Hits, % of 5,000 requests for 1,000 keys by Zipf's law (s = 0.9), with room for "
    "so many entries; in brackets the 95 % interval over 20 random traces, the same "
    "for every policy."
)
COLUMNS = ("policy", *(f"{size} entries" for size in SIZES))
CELLS = [{"policy": policy} for policy in (*POLICIES, "optimum")]


def cell(*, policy: str) -> tuple[str, ...]:
    """Return the hit ratios of one policy at all sizes."""
    return tuple(
        hit_ratio(policy, "zipf", seeds=SEEDS, capacity=size).percent()
        for size in SIZES
    )
