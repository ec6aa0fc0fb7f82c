"""Writing through, back or around a cache: who learns of a write, and when?

    write-through   database first, then the cache     nothing to lose, two writes
    write-around    database, and the key leaves the cache     the next read misses
    write-back      the cache only; the database when the key is evicted or flushed:
                    ten writes to one key cost one, and a crash loses them all

A write that fails may have happened: its key leaves the cache. What write-back could
not write when it was evicted is kept until the database takes it.

Source: Nishtala et al. 2013, section 2 (delete, not update). Processors make the same
choices under names that partly differ: Jouppi 1993, "Cache write policies and
performance", ISCA.
Left out: writes by others, which a cache does not see; threads (see fill_race).
Builds on: sdnotes.caching.cache. Chapter: docs/chapters/caching/.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Generic

from sdnotes.caching.cache import Cache, K, V


class Writing(StrEnum):
    """What a write does."""

    THROUGH = "write-through"
    AROUND = "write-around"
    BACK = "write-back"


class Origin(Generic[K, V]):
    """What the cache stands in front of: a store that counts what it is asked."""

    def __init__(self) -> None:
        self.values: dict[K, V] = {}
        self.reads = 0
        self.writes = 0

    def read(self, key: K) -> V:
        """Return the value. Raises KeyError when there is none."""
        self.reads += 1
        return self.values[key]

    def write(self, key: K, value: V) -> None:
        """Store the value for good."""
        self.writes += 1
        self.values[key] = value


class WritingCache(Generic[K, V]):
    """A cache in front of an origin, with one of three ways to write.

    ``make`` is given the callback for evictions and returns the cache to use.

    Examples:
        >>> from sdnotes.caching.lru import LRUCache
        >>> origin = Origin()
        >>> cache = WritingCache(
        ...     origin, "write-back", lambda f: LRUCache(1, on_evict=f)
        ... )
        >>> cache.write("a", 1); cache.write("a", 2); origin.writes
        0
        >>> cache.write("b", 3); origin.values
        {'a': 2}
    """

    def __init__(
        self,
        origin: Origin[K, V],
        writing: Writing | str,
        make: Callable[[Callable[[K, V], object]], Cache[K, V]],
    ) -> None:
        self.origin = origin
        self.writing = Writing(writing)
        self.cache = make(self._evicted)
        self._dirty: set[K] = set()
        self._unwritten: dict[K, V] = {}  # evicted, and the origin has failed

    def read(self, key: K) -> V:
        """Return the value, from the origin if need be. Raises KeyError."""
        if key in self.cache:
            return self.cache[key]
        if key in self._unwritten:
            return self._unwritten[key]
        value = self.origin.read(key)
        self.cache.put(key, value)
        return value

    def write(self, key: K, value: V) -> None:
        """Store the value in the way that was chosen."""
        if self.writing is Writing.BACK:
            self._dirty.add(key)
            self._unwritten.pop(key, None)
            self.cache.put(key, value)
            return
        try:
            self.origin.write(key, value)
        except BaseException:
            if key in self.cache:
                self.cache.pop(key)
            raise
        if self.writing is Writing.THROUGH:
            self.cache.put(key, value)
        elif key in self.cache:
            self.cache.pop(key)

    def flush(self) -> None:
        """Write to the origin what it does not have yet."""
        for key, value in [*self._unwritten.items(), *self.cache.items()]:
            self._evicted(key, value)

    def crash(self) -> list[K]:
        """Lose the cache; return the keys whose last write is lost with it."""
        lost = [key for key in self.cache if key in self._dirty]
        lost += self._unwritten
        self._unwritten.clear()
        for key in self.cache:
            self.cache.pop(key)
        self._dirty.clear()
        return lost

    def _evicted(self, key: K, value: V) -> None:
        if key in self._dirty:
            if key not in self.cache:
                self._unwritten[key] = value
            self.origin.write(key, value)
            self._dirty.remove(key)
            self._unwritten.pop(key, None)
