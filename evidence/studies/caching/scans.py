"""What does a scan cost, against the same requests without it?"""

import random

from sdnotes.caching import replay
from sdnotes.caching.comparison import (
    BESIDE_SCAN,
    CAPACITY,
    KEYS,
    POLICIES,
    WORKLOADS,
    S,
    make_cache,
)

SEEDS = 20
ROOMS = (CAPACITY // 4, CAPACITY, 4 * CAPACITY)
CAPTION = (
    f"Hits, % of the same {BESIDE_SCAN:,} ordinary requests, without a scan and with "
    "one: after each ordinary request, one for a key that is never asked for again. "
    f"{KEYS:,} ordinary keys by Zipf's law (exponent {S}), from an empty cache with "
    f"room for {CAPACITY} entries, the mean of {SEEDS} traces. The last columns: "
    f"what part of its hits the policy loses, with room for {ROOMS[0]}, {ROOMS[1]}, "
    f"{ROOMS[2]}."
)
COLUMNS = (
    "policy",
    "without",
    "with the scan",
    *(f"lost, % ({room} entries)" for room in ROOMS),
)
CELLS = [{"policy": policy} for policy in (*POLICIES, "optimum")]


def hits(policy: str, capacity: int) -> tuple[float, float]:
    """Return the hit ratios without the scan and with it, in percent."""
    alone = together = 0
    for seed in range(SEEDS):
        trace = WORKLOADS["scan"](random.Random(f"scan/{seed}"))
        ordinary = [key for key in trace if key >= 0]
        alone += replay(make_cache(policy, capacity, ordinary), ordinary).hits
        together += replay(make_cache(policy, capacity, trace), trace).hits
    counted = SEEDS * BESIDE_SCAN
    return 100 * alone / counted, 100 * together / counted


def cell(*, policy: str) -> tuple[str, ...]:
    """Return the hits without and with a scan, and what is lost at each size."""
    found = {room: hits(policy, room) for room in ROOMS}
    lost = (f"{100 * (1 - b / a):.0f}" for a, b in found.values())
    return (*(f"{ratio:.1f}" for ratio in found[CAPACITY]), *lost)
