"""Greedy-Dual-Size-Frequency: when entries differ in size, and misses in cost.

    priority = age + uses * cost / size      the lowest goes, and is the new age

    a   1 kB, 5 uses, cost 1     5 for each kB of room
    b   9 kB, 9 uses, cost 1     1 for each kB: b goes first, although used more often
    c   9 kB, 9 uses, cost 20    20: dear to fetch again, so it stays

To hit most *requests*, keep what is small; to save most *bytes* from the network, let
the cost be the size; to save the origin work, let it be the time of a miss. One cache
cannot do best in all three.

Rules, which ``check`` asserts: the sizes add up to ``used_bytes``, which is at most the
capacity; the newest pair of each entry is in the heap. What is larger than the whole
room is a miss and is not kept.

Source: Cherkasova 1998, "Improving WWW proxies performance with
Greedy-Dual-Size-Frequency caching policy", HP Labs HPL-98-69R1; after Cao, Irani 1997.
Left out: values (it keeps count of keys only); removal, so a key whose answer is wrong
stays until it is evicted; a size that changes; refusing a newcomer that ranks below all
that it would push out, as the published policy does.
Chapter: docs/chapters/caching/.
To take away: GDSFCache.
"""

import heapq
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)

_DEAREST = 1e15  # nanoseconds in eleven days; far below where floats end
_ONE = 2**100
"""Priorities are whole numbers of such parts: added to a large age, a float would be
swallowed (one key that cost 1e13 goes, and from then on uses count for nothing)."""


def _whole_and_above_0(number: object) -> bool:
    return isinstance(number, int) and not isinstance(number, bool) and number > 0


@dataclass(slots=True)
class _Entry:
    size: int
    uses: int
    number: int  # of its newest pair in the heap


class GDSFCache(Generic[K]):
    """Keys with sizes, in a room of so many bytes. Cost: O(log n) a request.

    Examples:
        >>> cache = GDSFCache(capacity_bytes=10)
        >>> [cache.access(key, size_bytes=size) for key, size in [("a", 9), ("b", 1)]]
        [False, False]
        >>> cache.access("c", size_bytes=1), sorted(cache)
        (False, ['b', 'c'])
    """

    def __init__(self, capacity_bytes: int) -> None:
        if not _whole_and_above_0(capacity_bytes):
            raise ValueError(
                f"capacity_bytes={capacity_bytes!r} is not a whole number above 0"
            )
        self.capacity_bytes = capacity_bytes
        self.used_bytes = 0
        self._age = 0
        self._entries: dict[K, _Entry] = {}
        self._heap: list[tuple[int, int, K]] = []  # priority, number, key; some old
        self._numbers = 0

    @property
    def age(self) -> float:
        """Return the priority of whoever went last, from which newcomers start."""
        return self._age / _ONE

    def access(self, key: K, *, size_bytes: int, cost: float = 1.0) -> bool:
        """Return whether the key was there, and keep it if it fits at all.

        While a key is kept its size is the one that it came in with. Raises ValueError
        for a size that is not a whole number above 0, or a cost that is not above 0 or
        is above 1e15.
        """
        if not _whole_and_above_0(size_bytes):
            raise ValueError(f"size_bytes={size_bytes!r} is not a whole number above 0")
        if not isinstance(cost, int | float) or not 0 < cost <= _DEAREST:
            raise ValueError(f"cost={cost!r} is not a number above 0, at most 1e15")
        entry = self._entries.get(key)
        if entry is not None:
            entry.uses += 1
            self._rank(key, entry, cost)
            return True
        if size_bytes <= self.capacity_bytes:
            while self.used_bytes + size_bytes > self.capacity_bytes:
                self._evict()
            self.used_bytes += size_bytes
            self._entries[key] = entry = _Entry(size_bytes, 1, 0)
            self._rank(key, entry, cost)
        return False

    def _rank(self, key: K, entry: _Entry, cost: float) -> None:
        self._numbers += 1
        entry.number = self._numbers
        priority = self._age + int(entry.uses * cost / entry.size * _ONE)
        heapq.heappush(self._heap, (priority, entry.number, key))
        # Hits leave old pairs in the heap, and only evictions take them out.
        if len(self._heap) > 2 * len(self._entries) + 8:
            newest = {each.number for each in self._entries.values()}
            self._heap = [pair for pair in self._heap if pair[1] in newest]
            heapq.heapify(self._heap)

    def _evict(self) -> None:
        while True:
            priority, number, key = heapq.heappop(self._heap)
            entry = self._entries.get(key)
            if entry is not None and entry.number == number:
                break
        self._age = priority
        self.used_bytes -= entry.size
        del self._entries[key]

    def __contains__(self, key: object) -> bool:
        return key in self._entries

    def __iter__(self) -> Iterator[K]:
        return iter(list(self._entries))

    def __len__(self) -> int:
        return len(self._entries)

    def check(self) -> None:
        """Raise AssertionError when the sizes do not add up. Cost: O(n)."""
        total = sum(entry.size for entry in self._entries.values())
        assert total == self.used_bytes <= self.capacity_bytes, "sizes do not add up"
        numbers = {number for _, number, _ in self._heap}
        assert {entry.number for entry in self._entries.values()} <= numbers, "no pair"
