"""Least frequently used: throw out what was asked for the fewest times.

    count 1   b, c         a was used 3 times; b and c once, b before c
    count 3   a            a new key d: b goes, d enters with count 1

Ties go to whoever was used longest ago. Counts never fall, so a key that was loved once
stays, and everything newer takes turns in what room is left (``lfuda`` ages them).

Each count has a bucket of keys in order of use; a use moves a key to the next bucket,
and the lowest bucket is known, so a use and an eviction take constant time.

Source: Shah, Mitra, Matani 2010, "An O(1) algorithm for implementing the LFU cache
eviction scheme"; without their links between buckets, which only removal needs.
Left out: counts of keys that are not in the cache ("perfect" LFU); see w_tinylfu.
Builds on: sdnotes.caching.cache. Chapter: docs/chapters/caching.md.
"""

from collections import OrderedDict
from collections.abc import Callable

from sdnotes.caching.cache import Cache, K, V


class LFUCache(Cache[K, V]):
    """A cache that evicts the entry with the fewest uses, the longest unused of them.

    ``pop`` may cost as much as there are different counts; all else is constant.

    Examples:
        >>> cache = LFUCache(capacity=2)
        >>> [cache.access(key) for key in "aabca"]
        [False, True, False, False, True]
    """

    def __init__(
        self, capacity: int, *, on_evict: Callable[[K, V], object] | None = None
    ) -> None:
        super().__init__(capacity, on_evict=on_evict)
        self._count: dict[K, int] = {}
        self._buckets: dict[int, OrderedDict[K, None]] = {}
        self._lowest = 1

    def count(self, key: K) -> int:
        """Return how often the key was used since it came in; 0 if it is not here."""
        return self._count.get(key, 0)

    def _touch(self, key: K) -> None:
        count = self._count[key]
        bucket = self._buckets[count]
        del bucket[key]
        if not bucket:
            del self._buckets[count]
            if count == self._lowest:
                self._lowest += 1
        self._join(key, count + 1)

    def _admit(self, key: K) -> K | None:
        victim = None
        if len(self) >= self.capacity:
            victim = next(iter(self._buckets[self._lowest]))
            self._leave(victim)
        self._lowest = 1
        self._join(key, 1)
        return victim

    def _forget(self, key: K) -> None:
        self._leave(key)
        self._lowest = min(self._buckets, default=1)

    def _join(self, key: K, count: int) -> None:
        self._count[key] = count
        try:
            self._buckets[count][key] = None
        except KeyError:
            self._buckets[count] = OrderedDict([(key, None)])

    def _leave(self, key: K) -> None:
        count = self._count.pop(key)
        bucket = self._buckets[count]
        del bucket[key]
        if not bucket:
            del self._buckets[count]

    def _tracked(self) -> list[K]:
        return [key for bucket in self._buckets.values() for key in bucket]

    def check(self) -> None:
        """Raise AssertionError when counts, buckets and entries disagree."""
        super().check()
        assert all(self._buckets.values()), "an empty bucket"
        assert self._lowest == min(self._buckets, default=1), "not the lowest count"
        for count, bucket in self._buckets.items():
            assert all(self._count[key] == count for key in bucket), "a wrong count"
