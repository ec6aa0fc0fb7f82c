"""Least recently used: throw out what was not asked for for the longest time.

    capacity 2     a    b    a     c
    newest         a    b    a     c
    oldest              a    b     a      the hit moves a up: b goes for c

Its bet is that what was wanted lately will be wanted again. One pass over many keys
that nobody wants twice (a *scan*) drives all else out, and a loop that is one key
longer than the cache never hits. Every hit moves an entry, so threads that only read
must lock each other out.

Source: Mattson, Gecsei, Slutz, Traiger 1970, "Evaluation techniques for storage
hierarchies", IBM Systems Journal 9(2): LRU is a stack algorithm, so more room never
hurts.
Left out: approximations that need no list (sampling, as in Redis; clock).
Builds on: sdnotes.caching.cache. Chapter: docs/chapters/caching/.
To take away: LRUCache.
"""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from sdnotes.caching.cache import Cache, K, V


class LRUCache(Cache[K, V]):
    """A cache that evicts the entry whose last use is the longest ago.

    Examples:
        >>> cache = LRUCache(capacity=2)
        >>> [cache.access(key) for key in "abac"], list(cache)
        ([False, False, True, False], ['a', 'c'])
    """

    def __init__(
        self, capacity: int, *, on_evict: Callable[[K, V], object] | None = None
    ) -> None:
        super().__init__(capacity, on_evict=on_evict)
        # Values and order in one: least recently used first.
        self._values: OrderedDict[K, V] = OrderedDict()

    # What follows is Cache's own work in one call each, for speed.
    # tests/caching/test_policies.py holds it against the plain way.
    def get(self, key: K, default: Any = None) -> Any:
        """Return the value, or the default on a miss. A hit counts as a use."""
        values = self._values
        if key not in values:
            return default
        values.move_to_end(key)
        return values[key]

    def put(self, key: K, value: V) -> None:
        """Store the value, which is a use; evict an entry if there is no room."""
        values = self._values
        if key in values:
            values.move_to_end(key)
        values[key] = value
        if len(values) > self.capacity:
            victim, old = values.popitem(last=False)
            if self.on_evict is not None:
                self.on_evict(victim, old)

    def access(self, key: K) -> bool:
        """Return whether the key was there, and keep it: one request of a trace."""
        values = self._values
        if key in values:
            values.move_to_end(key)
            return True
        self.put(key, None)  # type: ignore[arg-type]  # a trace has keys, no values
        return False

    def _touch(self, key: K) -> None:
        self._values.move_to_end(key)

    def _admit(self, key: K) -> K | None:  # noqa: ARG002
        return next(iter(self._values)) if len(self) >= self.capacity else None

    def _forget(self, key: K) -> None:
        pass

    def _tracked(self) -> list[K]:
        return list(self._values)
