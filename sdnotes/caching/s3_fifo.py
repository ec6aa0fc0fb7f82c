"""S3-FIFO: three queues. Most keys are wanted once, so let them leave quickly.

    small (10 %)   h  g  f*      * used since it came in, up to 3 counted
    main  (90 %)   c  b** a      CLOCK with a count: b is spared twice
    ghost          e  d          names of what left small unused

    evict from small   f was used twice: to main. Used less: out, its name to ghost
    a miss             its name is in ghost: straight into main, else into small

A hit raises a count of two bits and moves nothing.

Rules, which ``check`` asserts: a key stands in one of the two queues; a ghost's key is
in neither; there are no more ghosts than room for them; counts are 0 to 3.

Source: Yang, Zhang, Qiu, Yue, Rashmi 2023, "FIFO queues are all you need for cache
eviction", SOSP, algorithm 1, as its authors' libCacheSim runs it. Three rules are not
those of the printed algorithm: while the cache fills for the first time, what does not
fit into small goes into main; a name leaves ghost before room is made for its entry;
main may outgrow its share while small empties. What that changes is measured in
evidence/studies/caching/variants.py: most of all on loops.
Left out: objects of different sizes, lock-free queues.
Builds on: sdnotes.caching.cache. Chapter: docs/chapters/caching/.
To take away: S3FIFOCache.
"""

import math
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Any

from sdnotes.caching.cache import Cache, K, V

_MOST = 3  # what two bits can count


class S3FIFOCache(Cache[K, V]):
    """A cache that keeps what is used more than once while it is new.

    ``pop`` looks for the key in a queue, so it costs O(capacity); all else is constant
    over time.

    Examples:
        >>> cache = S3FIFOCache(capacity=10)
        >>> sum(cache.access(key) for key in "abababcdefghijklmnop" "ab")
        6
    """

    def __init__(
        self,
        capacity: int,
        *,
        small_share: float = 0.1,
        ghost_share: float = 0.9,
        on_evict: Callable[[K, V], object] | None = None,
    ) -> None:
        super().__init__(capacity, on_evict=on_evict)
        if not 0 < small_share < 1:
            raise ValueError(f"small_share={small_share!r} is not between 0 and 1")
        if not 0 < ghost_share < math.inf:
            raise ValueError(f"ghost_share={ghost_share!r} is not above 0 and finite")
        self._small_room = max(1, int(capacity * small_share))
        self._main_room = capacity - self._small_room
        self._ghost_room = max(1, int(capacity * ghost_share))
        self._uses: dict[K, int] = {}
        self._small: deque[K] = deque()
        self._main: deque[K] = deque()
        self._ghost: OrderedDict[K, None] = OrderedDict()
        self._has_been_full = False

    def get(self, key: K, default: Any = None) -> Any:
        """Return the value, or the default on a miss. A hit counts as a use."""
        # Cache's own way in one call; tests hold it against the peer, miss for miss.
        uses = self._uses.get(key)
        if uses is None:
            return default
        if uses < _MOST:
            self._uses[key] = uses + 1
        return self._values[key]

    def _touch(self, key: K) -> None:
        uses = self._uses[key]
        if uses < _MOST:
            self._uses[key] = uses + 1

    def _admit(self, key: K) -> K | None:
        came_back = key in self._ghost
        if came_back:
            del self._ghost[key]
        victim = self._evict() if len(self._values) >= self.capacity else None
        line = self._main if came_back else self._small
        if not self._has_been_full and len(self._small) >= self._small_room:
            line = self._main
        line.append(key)
        self._uses[key] = 0
        return victim

    def _evict(self) -> K:
        self._has_been_full = True
        uses, small, main, ghost = self._uses, self._small, self._main, self._ghost
        if len(main) <= self._main_room:
            while small:
                key = small.popleft()
                if uses.pop(key) < 2:
                    ghost[key] = None
                    if len(ghost) > self._ghost_room:
                        ghost.popitem(last=False)
                    return key
                main.append(key)
                uses[key] = 0
        while True:
            key = main.popleft()
            if not uses[key]:
                del uses[key]
                return key
            main.append(key)
            uses[key] -= 1

    def _forget(self, key: K) -> None:
        del self._uses[key]
        try:
            self._small.remove(key)
        except ValueError:
            self._main.remove(key)

    def _tracked(self) -> list[K]:
        return [*self._small, *self._main]

    def check(self) -> None:
        """Raise AssertionError when queues overlap or remember too much."""
        super().check()
        assert len(self._tracked()) == len(self) == len(self._uses), "a lost key"
        assert not set(self._ghost) & set(self._tracked()), "a ghost is alive"
        assert len(self._ghost) <= self._ghost_room, "too many ghosts"
        assert all(0 <= uses <= _MOST for uses in self._uses.values()), "a wrong count"
