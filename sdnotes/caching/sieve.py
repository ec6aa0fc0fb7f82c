"""SIEVE: CLOCK, but what survives stays where it is, and newcomers are sieved first.

    newest                oldest
    f   e   d*  c   b*  a           * marks what was used
                    ^ hand, moving left; b loses its mark, c goes
    g   f   e   d*  b   a           the newcomer g enters at the left, behind the hand

CLOCK puts a spared entry among the newcomers; SIEVE does not. So the hand soon works
among the new, where most are never wanted again, and the proven ones behind it are left
alone. A hit sets a bit. There is no ghost list and nothing to tune. A scan still passes
through: SIEVE is for skewed requests, not for loops.

Source: Zhang, Yang, Yue, Vigfusson, Rashmi 2024, "SIEVE is simpler than LRU", NSDI,
algorithm 1.
Left out: objects of different sizes.
Builds on: sdnotes.caching.cache. Chapter: docs/chapters/caching.md.
"""

from collections.abc import Callable
from typing import Generic

from sdnotes.caching.cache import Cache, K, V


class _Node(Generic[K]):
    """A key in the line: ``older`` and ``newer`` are its neighbours."""

    __slots__ = ("key", "newer", "older", "visited")

    def __init__(self, key: K, older: "_Node[K] | None") -> None:
        self.key = key
        self.visited = False
        self.older = older
        self.newer: _Node[K] | None = None


class SieveCache(Cache[K, V]):
    """A cache that evicts the first unused entry that its hand meets.

    Examples:
        >>> cache = SieveCache(capacity=3)
        >>> [cache.access(key) for key in "abcadae"]
        [False, False, False, True, False, True, False]
        >>> list(cache)
        ['a', 'd', 'e']
    """

    def __init__(
        self, capacity: int, *, on_evict: Callable[[K, V], object] | None = None
    ) -> None:
        super().__init__(capacity, on_evict=on_evict)
        self._nodes: dict[K, _Node[K]] = {}
        self._newest: _Node[K] | None = None
        self._oldest: _Node[K] | None = None
        self._hand: _Node[K] | None = None

    def _touch(self, key: K) -> None:
        self._nodes[key].visited = True

    def _admit(self, key: K) -> K | None:
        victim = self._sieve() if len(self) >= self.capacity else None
        node = _Node(key, older=self._newest)
        if self._newest is None:
            self._oldest = node
        else:
            self._newest.newer = node
        self._newest = self._nodes[key] = node
        return victim

    def _sieve(self) -> K:
        node = self._hand or self._oldest
        while node is not None and node.visited:
            node.visited = False
            node = node.newer or self._oldest
        assert node is not None, "a full cache has an oldest entry"
        self._hand = node
        self._forget(node.key)
        return node.key

    def _forget(self, key: K) -> None:
        node = self._nodes.pop(key)
        if self._hand is node:
            self._hand = node.newer
        if node.newer is None:
            self._newest = node.older
        else:
            node.newer.older = node.older
        if node.older is None:
            self._oldest = node.newer
        else:
            node.older.newer = node.newer

    def _tracked(self) -> list[K]:
        keys = []
        node = self._newest
        while node is not None:
            keys.append(node.key)
            node = node.older
        return keys

    def check(self) -> None:
        """Raise AssertionError when the line, the hand and the entries disagree."""
        super().check()
        assert len(self._tracked()) == len(self._nodes), "a broken line"
        hand = self._hand
        assert hand is None or self._nodes.get(hand.key) is hand, "the hand is astray"
