"""Exact caches, to hold a server's approximations against.

    cache.access("a") -> False   a miss: "a" is now in, something else may be out
    cache.access("a") -> True    a hit

Each holds ``capacity`` keys. All but the optimum decide one request at a time; the
optimum knows the requests that come later.

Source: Belady 1966, "A study of replacement algorithms for a virtual-storage computer".
Left out: everything that a real cache needs (values, sizes, times to live).
"""

import heapq
import itertools
import random
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import Protocol


class Cache(Protocol):
    """What the exact policies have in common."""

    def access(self, key: int) -> bool:
        """Return whether it was a hit; after a miss the key is in."""


class FIFOCache:
    """Evicts the key that has been in for longest, used or not."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.keys: OrderedDict[int, None] = OrderedDict()

    def access(self, key: int) -> bool:
        """Return whether it was a hit; after a miss the key is in."""
        if key in self.keys:
            self.touch(key)
            return True
        if len(self.keys) >= self.capacity:
            self.keys.popitem(last=False)
        self.keys[key] = None
        return False

    def touch(self, key: int) -> None:
        """Do nothing: a hit does not change the order."""


class LRUCache(FIFOCache):
    """Evicts the key whose last use is the oldest."""

    def touch(self, key: int) -> None:
        """Put the key at the young end."""
        self.keys.move_to_end(key)


class LFUCache:
    """Evicts the key used least often since it came in; of equals, the least recent."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.newest: dict[int, tuple[int, int, int]] = {}
        self.heap: list[tuple[int, int, int]] = []
        self.clock = itertools.count()

    def access(self, key: int) -> bool:
        """Return whether it was a hit; after a miss the key is in."""
        hit = key in self.newest
        if not hit and len(self.newest) >= self.capacity:
            self.evict()
        uses = self.newest[key][0] + 1 if hit else 1
        self.newest[key] = (uses, next(self.clock), key)
        heapq.heappush(self.heap, self.newest[key])
        return hit

    def evict(self) -> None:
        """Drop the first key of the heap whose entry is not outdated."""
        while self.newest.get(self.heap[0][2]) != self.heap[0]:
            heapq.heappop(self.heap)
        del self.newest[heapq.heappop(self.heap)[2]]


class RandomCache:
    """Evicts any key."""

    def __init__(self, capacity: int, rng: random.Random) -> None:
        self.capacity = capacity
        self.rng = rng
        self.place: dict[int, int] = {}
        self.keys: list[int] = []

    def access(self, key: int) -> bool:
        """Return whether it was a hit; after a miss the key is in."""
        if key in self.place:
            return True
        if len(self.keys) < self.capacity:
            self.place[key] = len(self.keys)
            self.keys.append(key)
        else:
            at = self.rng.randrange(self.capacity)
            del self.place[self.keys[at]]
            self.keys[at] = key
            self.place[key] = at
        return False


def replay(cache: Cache, trace: Iterable[int]) -> list[bool]:
    """Return, for each request, whether it was a hit."""
    return [cache.access(key) for key in trace]


def belady(trace: Sequence[int], capacity: int) -> list[bool]:
    """Return the hits of the optimum, which evicts what is used again last."""
    never = len(trace)
    seen: dict[int, int] = {}
    following = [never] * len(trace)
    for at in range(len(trace) - 1, -1, -1):
        following[at] = seen.get(trace[at], never)
        seen[trace[at]] = at
    held: set[int] = set()
    # A held key's newest entry names a request to come, its older ones are past: so
    # the first of the heap is always a held key.
    heap: list[tuple[int, int]] = []
    hits = []
    for at, key in enumerate(trace):
        hits.append(key in held)
        if key not in held and len(held) >= capacity:
            held.remove(heapq.heappop(heap)[1])
        held.add(key)
        heapq.heappush(heap, (-following[at], key))
    return hits


def zipf(keys: int, exponent: float, count: int, rng: random.Random) -> list[int]:
    """Return requests for keys 0, 1, ...: key k is drawn like (k + 1)**-exponent."""
    weights = [rank**-exponent for rank in range(1, keys + 1)]
    return rng.choices(
        range(keys), cum_weights=[*itertools.accumulate(weights)], k=count
    )
