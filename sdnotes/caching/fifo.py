"""First in, first out: throw out what came first, used or not.

    capacity 2     a    b    a     c
    newest         a    b    b     c
    oldest              a    a     b      the hit on a changes nothing: a goes for c

A hit writes nothing down, so readers need no lock among themselves. The price: a
favourite leaves like everything else, and comes back through a miss. FIFO is no *stack
algorithm*: what a small cache holds, a bigger one need not, and a bigger one can miss
more.

Source: Belady, Nelson, Shedler 1969, "An anomaly in space-time characteristics of
certain programs running in a paging machine", CACM 12(6).
Left out: expiry, which is about age and not about room.
Builds on: sdnotes.caching.cache. Chapter: docs/chapters/caching/.
To take away: FIFOCache.
"""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from sdnotes.caching.cache import Cache, K, V


class FIFOCache(Cache[K, V]):
    """A cache that evicts the entry that was stored first.

    Storing a new value under a key that is there keeps its place in the line.

    Examples:
        >>> cache = FIFOCache(capacity=2)
        >>> [cache.access(key) for key in "abac"], list(cache)
        ([False, False, True, False], ['b', 'c'])
    """

    def __init__(
        self, capacity: int, *, on_evict: Callable[[K, V], object] | None = None
    ) -> None:
        super().__init__(capacity, on_evict=on_evict)
        # Not a dict: finding its first entry walks over all that left before.
        self._values: OrderedDict[K, V] = OrderedDict()

    # What follows is Cache's own work in one call each, without word of the hits.
    # tests/caching/test_policies.py holds it against the plain way.
    def get(self, key: K, default: Any = None) -> Any:
        """Return the value, or the default on a miss. A hit leaves no trace."""
        return self._values.get(key, default)

    def put(self, key: K, value: V) -> None:
        """Store the value; evict an entry if there is no room."""
        values = self._values
        values[key] = value
        if len(values) > self.capacity:
            victim, old = values.popitem(last=False)
            if self.on_evict is not None:
                self.on_evict(victim, old)

    def access(self, key: K) -> bool:
        """Return whether the key was there, and keep it: one request of a trace."""
        if key in self._values:
            return True
        self.put(key, None)  # type: ignore[arg-type]  # a trace has keys, no values
        return False

    def _touch(self, key: K) -> None:
        pass

    def _admit(self, key: K) -> K | None:  # noqa: ARG002
        return next(iter(self._values)) if len(self) >= self.capacity else None

    def _forget(self, key: K) -> None:
        pass

    def _tracked(self) -> list[K]:
        return list(self._values)
