"""Which policy hits how often, on which kind of workload?"""

from sdnotes.caching.comparison import POLICIES, WORKLOADS, hit_ratio

SEEDS = 60
CAPTION = (
    "Hits, % of all requests, in a cache of 100 entries; in brackets the 95 % interval "
    "over 60 random traces of 5,000 requests, the same for every policy. zipf: 1,000 "
    "keys, s = 0.9; scan: 1,000 keys asked for once in its middle; loop: 120 keys; "
    "shifting: four phases, each with its own 250 keys."
)
COLUMNS = ("policy", *WORKLOADS)
CELLS = [{"policy": policy} for policy in (*POLICIES, "optimum")]


def cell(*, policy: str) -> tuple[str, ...]:
    """Return the hit ratios of one policy on all workloads."""
    return tuple(hit_ratio(policy, name, seeds=SEEDS).percent() for name in WORKLOADS)
