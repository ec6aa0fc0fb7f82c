"""Segmented LRU: a newcomer is on probation; its second use protects it.

    protected   d  a         a, used again, moved up from probation
    probation   f  e  c      what falls out of protection lands here, at the new end
                         ->  victims leave from here only

A scan fills probation and goes; what has proved itself does not notice.

Rules, which ``check`` asserts: a key stands in one segment, and no segment but the
lowest holds more than its room; the lowest takes what is left.

Source: Karedla, Love, Wherry 1994, "Caching strategies to improve disk system
performance", IEEE Computer 27(3), for two segments; more work alike.
Left out: choosing the shares, which is the reader's.
Builds on: sdnotes.caching.cache. Chapter: docs/chapters/caching/.
To take away: SLRUCache.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence

from sdnotes.caching.cache import Cache, K, V


class SLRUCache(Cache[K, V]):
    """A cache of LRU segments, lowest first: a use moves an entry up by one.

    ``shares`` are the parts of the capacity that the segments get; rounding goes to the
    lowest one. Raises ValueError when they are not above 0 or do not add up to 1.

    Examples:
        >>> cache = SLRUCache(capacity=4, shares=(0.5, 0.5))
        >>> [cache.access(key) for key in "aabcdea"]
        [False, True, False, False, False, False, True]
    """

    def __init__(
        self,
        capacity: int,
        *,
        shares: Sequence[float] = (0.2, 0.8),
        on_evict: Callable[[K, V], object] | None = None,
    ) -> None:
        super().__init__(capacity, on_evict=on_evict)
        if not all(share > 0 for share in shares) or abs(sum(shares) - 1) > 1e-9:
            raise ValueError(
                f"shares={shares!r} are not parts above 0 that add up to 1"
            )
        upper = [int(capacity * share) for share in shares[1:]]
        self._rooms = [capacity - sum(upper), *upper]
        self._segments: list[OrderedDict[K, None]] = [OrderedDict() for _ in shares]

    def _touch(self, key: K) -> None:
        level = self._level(key)
        del self._segments[level][key]
        level = min(level + 1, len(self._segments) - 1)
        self._segments[level][key] = None
        while level > 0 and len(self._segments[level]) > self._rooms[level]:
            demoted, _ = self._segments[level].popitem(last=False)
            level -= 1
            self._segments[level][demoted] = None

    def _admit(self, key: K) -> K | None:
        victim = None
        if len(self) >= self.capacity:
            lowest = next(segment for segment in self._segments if segment)
            victim, _ = lowest.popitem(last=False)
        self._segments[0][key] = None
        return victim

    def _forget(self, key: K) -> None:
        del self._segments[self._level(key)][key]

    def _level(self, key: K) -> int:
        return next(i for i, segment in enumerate(self._segments) if key in segment)

    def _tracked(self) -> list[K]:
        return [key for segment in self._segments for key in segment]

    def check(self) -> None:
        """Raise AssertionError when a segment above the lowest holds too much."""
        super().check()
        assert len(self._tracked()) == len(self), "a key in two segments"
        for segment, room in zip(self._segments[1:], self._rooms[1:], strict=True):
            assert len(segment) <= room, "a segment holds too much"
