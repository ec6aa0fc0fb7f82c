"""Most recently used: throw out what was used last, and keep the old.

    capacity 2     a    b    c    a    b    c     a loop of three keys
    newest         a    b    c    a    b    c
    oldest              a    a    c    c    b
    hit?                          yes       yes   LRU: none, ever

Right for a loop that is longer than the cache: of all keys, the one just used will be
wanted last. Wrong almost everywhere else.

Source: Chou, DeWitt 1985, "An evaluation of buffer management strategies for relational
database systems", VLDB: MRU for a query that loops over a table.
Left out: knowing when a loop is under way, which a database does and a cache does not.
Builds on: sdnotes.caching.cache. Chapter: docs/chapters/caching/.
To take away: MRUCache.
"""

from collections import OrderedDict
from collections.abc import Callable

from sdnotes.caching.cache import Cache, K, V


class MRUCache(Cache[K, V]):
    """A cache that evicts, of the entries before the new one, the one used last.

    Examples:
        >>> cache = MRUCache(capacity=2)
        >>> [cache.access(key) for key in "abcabc"]
        [False, False, False, True, False, True]
    """

    def __init__(
        self, capacity: int, *, on_evict: Callable[[K, V], object] | None = None
    ) -> None:
        super().__init__(capacity, on_evict=on_evict)
        self._values: OrderedDict[K, V] = OrderedDict()

    def _touch(self, key: K) -> None:
        self._values.move_to_end(key)

    def _admit(self, key: K) -> K | None:  # noqa: ARG002
        return next(reversed(self._values)) if len(self) >= self.capacity else None

    def _forget(self, key: K) -> None:
        pass

    def _tracked(self) -> list[K]:
        return list(self._values)
