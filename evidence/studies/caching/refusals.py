"""GDSF as published may refuse a newcomer: what does that change?"""

import random

from sdnotes.caching import GDSFCache, zipf

KEYS, S, ROOM = 2_000, 0.8, 2_000
REQUESTS = (6_000, 24_000)
CAPTION = (
    "Saved, % of the requests, of their bytes and of the waiting, of the first "
    f"{' and '.join(f'{n:,}' for n in REQUESTS)} requests for {KEYS:,} keys by "
    f"Zipf's law (exponent {S}), with room for {ROOM:,} kB. Sizes 1, 1, 1, 5 or 50 "
    "kB, waiting 2, 2 or 200 ms, drawn for each key. Refused: newcomers that ranked "
    "below all that they would have pushed out, and were not stored."
)
COLUMNS = ("cost is", "may refuse", "requests, %", "bytes, %", "waiting, %", "refused")
COSTS = ("requests", "bytes", "waiting")
CELLS = [{"cost": cost, "refuses": how} for cost in COSTS for how in ("no", "yes")]


class RefusingGDSF(GDSFCache[int]):
    """GDSF as published: what ranks below all that it would push out stays out."""

    refused = 0

    def access(self, key: int, *, size_bytes: int, cost: float = 1.0) -> bool:
        """Return whether the key was there; keep it if it ranks high enough."""
        if key not in self and size_bytes <= self.capacity_bytes:
            rank = self.age + cost / size_bytes
            room, entries = self.capacity_bytes - self.used_bytes, self._entries
            newest = {entry.number for entry in entries.values()}
            for priority, number, other in sorted(self._heap):
                if room >= size_bytes:
                    break
                if number in newest:
                    if priority / 2**100 > rank:
                        self.refused += 1
                        return False
                    room += entries[other].size
        return super().access(key, size_bytes=size_bytes, cost=cost)


def cell(*, cost: str, refuses: str) -> tuple[str, ...]:
    """Return what is saved, and how many newcomers were refused, short / long."""
    found = [saved(cost, RefusingGDSF if refuses == "yes" else GDSFCache, REQUESTS[0])]
    found += [saved(cost, RefusingGDSF if refuses == "yes" else GDSFCache, REQUESTS[1])]
    return tuple(" / ".join(pair) for pair in zip(*found, strict=True))


def saved(cost: str, kind: type[GDSFCache[int]], requests: int) -> list[str]:
    """Return the percentages that one cache saves, and how many it refused."""
    rng = random.Random(3)
    sizes = [rng.choice((1, 1, 1, 5, 50)) for _ in range(KEYS)]
    waits = [rng.choice((2, 2, 200)) for _ in range(KEYS)]
    trace = zipf(requests, keys=KEYS, s=S, rng=rng)
    goals = {"requests": [1] * KEYS, "bytes": sizes, "waiting": waits}
    cache, costs = kind(capacity_bytes=ROOM), goals[cost]
    hits = [
        key
        for key in trace
        if cache.access(key, size_bytes=sizes[key], cost=costs[key])
    ]
    ratios = (
        100 * sum(goal[key] for key in hits) / sum(goal[key] for key in trace)
        for goal in goals.values()
    )
    return [*(f"{ratio:.0f}" for ratio in ratios), str(getattr(cache, "refused", 0))]
