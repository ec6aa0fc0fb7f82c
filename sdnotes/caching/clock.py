"""CLOCK: nearly LRU, for the price of one bit a use.

    ring      a*   b    c*   d         * marks what was used since the hand passed
               ^ the hand
    evict     a loses its mark, b has none: b goes; the hand stands at c

A hit sets a bit and moves nothing. The hand goes round: what is marked loses the mark
and is spared for one round, what is not marked goes. Operating systems keep their pages
like this; seen as a line and not a ring it is FIFO with a second chance.

A newcomer comes in unmarked, as in libCacheSim. Where the access that loads a page
marks it too, as in most hardware and in PostgreSQL, say ``marks_newcomers=True``: then
it comes nearer to FIFO, and hits less often than LRU instead of a little more often.

Source: Corbató 1969, "A paging experiment with the Multics system"; PostgreSQL's
bufmgr.c, which lets a page in with a usage count of 1.
Left out: more than one bit, dirty pages.
Builds on: sdnotes.caching.cache. Chapter: docs/chapters/caching/.
To take away: ClockCache.
"""

from collections import OrderedDict
from collections.abc import Callable

from sdnotes.caching.cache import Cache, K, V


class ClockCache(Cache[K, V]):
    """A cache that evicts the oldest entry that was not used in the last round.

    An eviction may pass over every entry; over time it passes over one a
    hit at most, and over one a newcomer too if newcomers are marked.

    Examples:
        >>> cache = ClockCache(capacity=2)
        >>> [cache.access(key) for key in "abaca"], list(cache)
        ([False, False, True, False, True], ['a', 'c'])
    """

    def __init__(
        self,
        capacity: int,
        *,
        marks_newcomers: bool = False,
        on_evict: Callable[[K, V], object] | None = None,
    ) -> None:
        super().__init__(capacity, on_evict=on_evict)
        self.marks_newcomers = marks_newcomers
        self._ring: OrderedDict[K, bool] = OrderedDict()  # marked? The hand is in front

    def _touch(self, key: K) -> None:
        self._ring[key] = True

    def _admit(self, key: K) -> K | None:
        victim = self._next_unmarked() if len(self) >= self.capacity else None
        self._ring[key] = self.marks_newcomers
        return victim

    def _next_unmarked(self) -> K:
        while True:
            key, marked = self._ring.popitem(last=False)
            if not marked:
                return key
            self._ring[key] = False

    def _forget(self, key: K) -> None:
        del self._ring[key]

    def _tracked(self) -> list[K]:
        return list(self._ring)
