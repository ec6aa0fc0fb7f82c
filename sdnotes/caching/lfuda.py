"""LFU with dynamic ageing: old fame fades, because newcomers start higher.

    age 0     a has count 9, b has 1. A new key goes in with priority 1 + 0
    evict b   age becomes 1, b's priority
    evict c   (1 + 1)  age 2 ...  after enough evictions newcomers start above a's 9

A key's priority is its count plus the age at its last use; the age is the priority of
the last victim. No clock, no decay over all entries: whoever is not used stands still
while the age goes up. Ties go to whoever was used longest ago.

Rules, which ``check`` asserts: no bucket is empty, and its priority is in the heap;
each key stands in the bucket of its priority; the heap has at most two numbers for each
entry that there is room for.

Source: Arlitt, Cherkasova, Dilley, Friedrich, Jin 2000, "Evaluating content management
techniques for Web proxy caches", SIGMETRICS PER 27(4), for entries of one size.
Left out: sizes (gdsf), decay by the clock as Redis does it.
Builds on: sdnotes.caching.cache. Chapter: docs/chapters/caching/.
To take away: LFUDACache.
"""

import heapq
from collections import OrderedDict
from collections.abc import Callable

from sdnotes.caching.cache import Cache, K, V


class LFUDACache(Cache[K, V]):
    """A cache that evicts the lowest count plus age. Cost: O(log of the priorities).

    Examples:
        >>> cache = LFUDACache(capacity=2)
        >>> [cache.access(key) for key in "aaabcdeae"]
        [False, True, True, False, False, False, False, False, True]
    """

    def __init__(
        self, capacity: int, *, on_evict: Callable[[K, V], object] | None = None
    ) -> None:
        super().__init__(capacity, on_evict=on_evict)
        self.age = 0
        self._count: dict[K, int] = {}
        self._priority: dict[K, int] = {}
        self._buckets: dict[int, OrderedDict[K, None]] = {}
        self._heap: list[int] = []  # the priorities that have a bucket, or had one

    def _touch(self, key: K) -> None:
        count = self._leave(key)
        self._join(key, count + 1)

    def _admit(self, key: K) -> K | None:
        victim = None
        if len(self) >= self.capacity:
            while self._heap[0] not in self._buckets:
                heapq.heappop(self._heap)
            self.age = self._heap[0]
            victim = next(iter(self._buckets[self.age]))
            self._leave(victim)
        self._join(key, 1)
        return victim

    def _forget(self, key: K) -> None:
        self._leave(key)

    def _join(self, key: K, count: int) -> None:
        priority = count + self.age
        self._count[key] = count
        self._priority[key] = priority
        if priority not in self._buckets:
            self._buckets[priority] = OrderedDict()
            heapq.heappush(self._heap, priority)
            # Hits leave old priorities in the heap, and only evictions take them out.
            if len(self._heap) > 2 * self.capacity:
                self._heap = sorted(self._buckets)
        self._buckets[priority][key] = None

    def _leave(self, key: K) -> int:
        bucket = self._buckets[self._priority[key]]
        del bucket[key]
        if not bucket:
            del self._buckets[self._priority[key]]
        del self._priority[key]
        return self._count.pop(key)

    def _tracked(self) -> list[K]:
        return [key for bucket in self._buckets.values() for key in bucket]

    def check(self) -> None:
        """Raise AssertionError when priorities, buckets and entries disagree."""
        super().check()
        assert all(self._buckets.values()), "an empty bucket"
        assert set(self._buckets) <= set(self._heap), "a priority that the heap lacks"
        assert len(self._heap) <= 2 * self.capacity, "hits let the heap grow"
        assert self._priority.keys() == self._count.keys() == self._values.keys()
        for priority, bucket in self._buckets.items():
            assert all(self._priority[key] == priority for key in bucket)
