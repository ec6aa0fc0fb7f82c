"""SIEVE: CLOCK, but what survives stays where it is, and newcomers are sieved first.

    newest                oldest
    f   e   d*  c   b*  a           * marks what was used
                    ^ hand, moving left; b loses its mark, c goes
    g   f   e   d*  b   a           the newcomer g enters at the left, behind the hand

CLOCK puts a spared entry among the newcomers; SIEVE does not. So the hand soon works
among the new, where most are never wanted again, and the proven ones behind it are left
alone. A hit sets a bit. There is no ghost list and nothing to tune. A scan much larger
than the cache passes through the newcomers and leaves the proven ones; a loop longer
than the cache never hits. (Its authors first called it "not scan-resistant", and meant
such loops.)

Rule, which ``check`` asserts: a key stands on one side of the hand.

Source: Zhang, Yang, Yue, Vigfusson, Rashmi 2024, "SIEVE is simpler than LRU", NSDI,
algorithm 1.
Left out: objects of different sizes.
Builds on: sdnotes.caching.cache. Chapter: docs/chapters/caching/.
To take away: SieveCache.
"""

from collections import OrderedDict
from collections.abc import Callable

from sdnotes.caching.cache import Cache, K, V


class SieveCache(Cache[K, V]):
    """A cache that evicts the first unused entry that its hand meets.

    An eviction may pass over every entry; over time it passes over one a hit at most.

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
        # The line, oldest first, cut at the hand: used since the hand passed, or not?
        self._passed: OrderedDict[K, bool] = OrderedDict()
        self._ahead: OrderedDict[K, bool] = OrderedDict()

    def _touch(self, key: K) -> None:
        (self._ahead if key in self._ahead else self._passed)[key] = True

    def _admit(self, key: K) -> K | None:
        victim = self._sieve() if len(self) >= self.capacity else None
        if not self._ahead:
            self._go_round()
        self._ahead[key] = False
        return victim

    def _sieve(self) -> K:
        while True:
            if not self._ahead:
                self._go_round()
            key, used = self._ahead.popitem(last=False)
            if not used:
                return key
            self._passed[key] = False

    def _go_round(self) -> None:
        self._ahead, self._passed = self._passed, self._ahead

    def _forget(self, key: K) -> None:
        del (self._ahead if key in self._ahead else self._passed)[key]

    def _tracked(self) -> list[K]:
        return [*self._passed, *self._ahead]

    def check(self) -> None:
        """Raise AssertionError when the line and the entries disagree."""
        super().check()
        assert len(self._tracked()) == len(self), "a key on both sides of the hand"
