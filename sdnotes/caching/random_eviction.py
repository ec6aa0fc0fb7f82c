"""Random: throw out any entry. The policy that must be beaten, and often is not.

    capacity 4   a b c d    a new key e: each of the four goes with a chance of 1/4

No order is kept. If requests are independent of each other it hits, in the long run,
exactly as often as FIFO does; while the cache fills it is a little ahead. A loop that
is longer than the cache, where LRU never hits, it survives.

Source: Gelenbe 1973, "A unified approach to the evaluation of a class of replacement
algorithms", IEEE Transactions on Computers 22(6): FIFO and random are equal in
the steady state.
Left out: sampling a few and taking the best of them, as Redis does.
Builds on: sdnotes.caching.cache. Chapter: docs/chapters/caching/.
To take away: RandomCache.
"""

import random
from collections.abc import Callable

from sdnotes.caching.cache import Cache, K, V


class RandomCache(Cache[K, V]):
    """A cache that evicts any of its entries, each as likely, as ``rng`` has it.

    Examples:
        >>> cache = RandomCache(capacity=2, rng=random.Random(1))
        >>> [cache.access(key) for key in "abcb"]
        [False, False, False, True]
    """

    def __init__(
        self,
        capacity: int,
        *,
        rng: random.Random,
        on_evict: Callable[[K, V], object] | None = None,
    ) -> None:
        super().__init__(capacity, on_evict=on_evict)
        self._rng = rng
        self._keys: list[K] = []
        self._place: dict[K, int] = {}

    def _touch(self, key: K) -> None:
        pass

    def _admit(self, key: K) -> K | None:
        victim = None
        if len(self) >= self.capacity:
            victim = self._keys[int(self._rng.random() * len(self._keys))]
            self._forget(victim)
        self._place[key] = len(self._keys)
        self._keys.append(key)
        return victim

    def _forget(self, key: K) -> None:
        # The last one takes its place, so that no list is shifted.
        place, last = self._place.pop(key), self._keys.pop()
        if place < len(self._keys):
            self._keys[place] = last
            self._place[last] = place

    def _tracked(self) -> list[K]:
        for key, place in self._place.items():
            kept = self._keys[place]
            assert kept is key or kept == key, f"{key!r} is not where it is noted"
        return self._keys
