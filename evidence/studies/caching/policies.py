"""Which policy hits how often, on which kind of workload?"""

from sdnotes.caching.comparison import (
    CAPACITY,
    IN_WORDS,
    POLICIES,
    WORKLOADS,
    hit_ratio,
)

SEEDS = 60
CAPTION = (
    f"Hits, % of the counted requests, from an empty cache with room for {CAPACITY} "
    f"entries: the mean of {SEEDS} random traces, the same for every policy, and in "
    f"brackets its 95 % interval. {IN_WORDS}"
)
COLUMNS = ("policy", *WORKLOADS)
CELLS = [{"policy": policy} for policy in (*POLICIES, "optimum")]


def cell(*, policy: str) -> tuple[str, ...]:
    """Return the hit ratios of one policy on all workloads."""
    return tuple(hit_ratio(policy, name, seeds=SEEDS).percent() for name in WORKLOADS)
