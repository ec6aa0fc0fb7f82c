"""Popularity moves: how often must it, before recency wins?"""

import random

from sdnotes.caching import replay, shifting
from sdnotes.caching.comparison import CAPACITY, PHASE_KEYS, PHASES, S, make_cache

SEEDS = 8
LENGTHS = (1_250, 5_000, 20_000)
ROOMS = (CAPACITY // 4, 2 * CAPACITY)
CAPTION = (
    f"Hits, % of the requests of {PHASES} phases, each with {PHASE_KEYS} keys of its "
    f"own (Zipf's law, exponent {S}): the mean of {SEEDS} traces, from an empty cache. "
    f"First phases of {', '.join(f'{n:,}' for n in LENGTHS)} requests, with room for "
    f"{CAPACITY} entries; then phases of {LENGTHS[0]:,}, with room for {ROOMS[0]} and "
    f"for {ROOMS[1]}."
)
SETTINGS = [(n, CAPACITY) for n in LENGTHS] + [(LENGTHS[0], room) for room in ROOMS]
COLUMNS = ("policy", *(f"{n:,} requests, {room} entries" for n, room in SETTINGS))
SOME = ("LRU", "CLOCK", "ARC", "2Q", "S3-FIFO", "SLRU", "W-TinyLFU", "SIEVE", "LFU")
CELLS = [{"policy": policy} for policy in SOME]


def hits_percent(policy: str, length: int, room: int) -> float:
    """Return the share of the requests that hit."""
    hits = 0
    for seed in range(SEEDS):
        rng = random.Random(f"shifts/{seed}")
        trace = shifting(length * PHASES, keys=PHASE_KEYS, phases=PHASES, s=S, rng=rng)
        hits += replay(make_cache(policy, room, trace), trace).hits
    return 100 * hits / (SEEDS * length * PHASES)


def cell(*, policy: str) -> tuple[str, ...]:
    """Return the hit ratios of one policy in all settings."""
    return tuple(f"{hits_percent(policy, *setting):.1f}" for setting in SETTINGS)
