"""2Q: a queue for what is new, a memory of what left it, and LRU for what came back.

    A1in   f  e  d       new keys, FIFO: a second use in here means nothing
    A1out  c  b          *names* of what left A1in, no values
    Am     a             asked for while its name stood in A1out: kept as LRU

Two uses close together are one use, as when a program reads a page twice at once. Only
a key that is asked for again *later* earns a place. A scan passes through A1in.

Rules, which ``check`` asserts: a key stands in A1in or in Am; A1out names none of them,
and no more than its room.

Source: Johnson, Shasha 1994, "2Q: a low overhead high performance buffer management
replacement algorithm", VLDB, the full version: Kin = 25 %, Kout = 50 % of the capacity.
Other than there, a name leaves A1out before room is made for its entry.
Builds on: sdnotes.caching.cache. Chapter: docs/chapters/caching/.
To take away: TwoQCache.
"""

import math
from collections import OrderedDict
from collections.abc import Callable

from sdnotes.caching.cache import Cache, K, V


class TwoQCache(Cache[K, V]):
    """A cache in which a key must be asked for again later before it is kept.

    Examples:
        >>> cache = TwoQCache(capacity=4)
        >>> [cache.access(key) for key in "abcdeaxyza"]
        [False, False, False, False, False, False, False, False, False, True]
    """

    def __init__(
        self,
        capacity: int,
        *,
        in_share: float = 0.25,
        out_share: float = 0.5,
        on_evict: Callable[[K, V], object] | None = None,
    ) -> None:
        super().__init__(capacity, on_evict=on_evict)
        if not 0 < in_share < 1:
            raise ValueError(f"in_share={in_share!r} is not between 0 and 1")
        if not 0 < out_share < math.inf:
            raise ValueError(f"out_share={out_share!r} is not above 0 and finite")
        self._in_room = max(1, int(capacity * in_share))
        self._out_room = max(1, int(capacity * out_share))
        self._a1in: OrderedDict[K, None] = OrderedDict()
        self._a1out: OrderedDict[K, None] = OrderedDict()
        self._am: OrderedDict[K, None] = OrderedDict()

    def _touch(self, key: K) -> None:
        if key in self._am:
            self._am.move_to_end(key)

    def _admit(self, key: K) -> K | None:
        came_back = key in self._a1out
        if came_back:
            del self._a1out[key]
        victim = self._make_room() if len(self) >= self.capacity else None
        (self._am if came_back else self._a1in)[key] = None
        return victim

    def _make_room(self) -> K:
        if len(self._a1in) > self._in_room or not self._am:
            victim, _ = self._a1in.popitem(last=False)
            self._a1out[victim] = None
            if len(self._a1out) > self._out_room:
                self._a1out.popitem(last=False)
        else:
            victim, _ = self._am.popitem(last=False)
        return victim

    def _forget(self, key: K) -> None:
        del (self._am if key in self._am else self._a1in)[key]

    def _tracked(self) -> list[K]:
        return [*self._a1in, *self._am]

    def check(self) -> None:
        """Raise AssertionError when queues overlap or remember too much."""
        super().check()
        assert len(self._tracked()) == len(self), "a key in both queues"
        assert not set(self._a1out) & set(self._tracked()), "a ghost is alive"
        assert len(self._a1out) <= self._out_room, "too many ghosts"
