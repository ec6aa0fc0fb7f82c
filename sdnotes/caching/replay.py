"""Play a trace of requests through a cache and count.

    replay(LRUCache(2), "abcab")   -> hits=0 misses=5
    lru_hits("abcab")              -> [0, 0, 0, 2]: LRU's hits, for every size at once

LRU is a stack algorithm: a cache of n entries holds exactly the n keys used last. So a
request hits in every cache that is larger than its *stack distance*, the number of
other keys asked for since the last time; one pass gives the whole curve.

Source: Mattson, Gecsei, Slutz, Traiger 1970, "Evaluation techniques for storage
hierarchies", IBM Systems Journal 9(2); the tree of counts: Fenwick 1994.
Left out: time, sizes, costs.
Builds on: sdnotes.caching.cache. Chapter: docs/chapters/caching/.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sdnotes.caching.cache import Cache, K


@dataclass(frozen=True, slots=True)
class Replay:
    """What a trace met in a cache."""

    hits: int
    misses: int

    @property
    def hit_ratio(self) -> float:
        """Return the hits as a part of all requests; 0 when there were none."""
        requests = self.hits + self.misses
        return self.hits / requests if requests else 0.0

    def __str__(self) -> str:
        return f"hits={self.hits} misses={self.misses}"


def replay(cache: Cache[K, Any], trace: Iterable[K]) -> Replay:
    """Return the hits and misses of the requests, in order.

    Examples:
        >>> from sdnotes.caching.lru import LRUCache
        >>> print(replay(LRUCache(capacity=2), "abcab"))
        hits=0 misses=5
    """
    requests = trace if isinstance(trace, Sequence) else list(trace)
    hits = sum(map(cache.access, requests))
    return Replay(hits, len(requests) - hits)


def stack_distances(trace: Iterable[Hashable]) -> list[int | None]:
    """Return, for each request, how many other keys came since its key's last one.

    None at a key's first request. Cost: O(n log n).

    Examples:
        >>> stack_distances("abcba")
        [None, None, None, 1, 2]
    """
    requests = list(trace)
    tree = [0] * (len(requests) + 1)  # sums of marks; a mark is a key's last request

    def add(place: int, change: int) -> None:
        while place < len(tree):
            tree[place] += change
            place += place & -place

    def marks_up_to(place: int) -> int:
        total = 0
        while place:
            total += tree[place]
            place -= place & -place
        return total

    last: dict[Hashable, int] = {}
    distances: list[int | None] = []
    for place, key in enumerate(requests, start=1):
        before = last.get(key)
        if before is None:
            distances.append(None)
        else:
            distances.append(len(last) - marks_up_to(before))
            add(before, -1)
        add(place, +1)
        last[key] = place
    return distances


def lru_hits(trace: Iterable[Hashable]) -> list[int]:
    """Return LRU's hits by capacity, from 0 up to as many as there are keys.

    Examples:
        >>> lru_hits("abcab")
        [0, 0, 0, 2]
    """
    distances = stack_distances(trace)
    hits = [0] * (distances.count(None) + 1)
    for distance in distances:
        if distance is not None:
            hits[distance + 1] += 1
    for capacity in range(1, len(hits)):
        hits[capacity] += hits[capacity - 1]
    return hits
