"""ARC: LRU and LFU in one, and the misses decide how much room each gets.

    ghosts B1 | T1  seen once lately | T2  seen more often | B2 ghosts
              |<-- p, a target ----->|                     |

T1 and T2 hold entries; B1 and B2 only the names of what fell out of them. A miss on a
name in B1 says "T1 was too small": p, its target, goes up. A miss on one in B2 lowers
it. So nothing need be tuned, a scan passes through T1, and a change of taste is met.

Rules, which ``check`` asserts: no key stands in two of the lists; T1 and B1 together
hold at most as many as the capacity, all four at most twice as many; p is from 0 to the
capacity.

Source: Megiddo, Modha 2003, "ARC: a self-tuning, low overhead replacement cache", FAST,
figure 4; p moves in fractions, as in the paper.
Left out: nothing of it.
Builds on: sdnotes.caching.cache. Chapter: docs/chapters/caching/.
To take away: ARCCache.
"""

from collections import OrderedDict
from collections.abc import Callable

from sdnotes.caching.cache import Cache, K, V


class ARCCache(Cache[K, V]):
    """A cache that divides itself between the recent and the frequent.

    Examples:
        >>> cache = ARCCache(capacity=2)
        >>> [cache.access(key) for key in "aabcda"], cache.target
        ([False, True, False, False, False, True], 0.0)
    """

    def __init__(
        self, capacity: int, *, on_evict: Callable[[K, V], object] | None = None
    ) -> None:
        super().__init__(capacity, on_evict=on_evict)
        self.target = 0.0
        """What T1 should hold: the paper's p."""
        self._t1: OrderedDict[K, None] = OrderedDict()
        self._t2: OrderedDict[K, None] = OrderedDict()
        self._b1: OrderedDict[K, None] = OrderedDict()
        self._b2: OrderedDict[K, None] = OrderedDict()

    def _touch(self, key: K) -> None:  # case I
        if key in self._t1:
            del self._t1[key]
            self._t2[key] = None
        else:
            self._t2.move_to_end(key)

    def _admit(self, key: K) -> K | None:
        if key in self._b1:  # case II
            step = max(1.0, len(self._b2) / len(self._b1))
            self.target = min(float(self.capacity), self.target + step)
            victim = self._replace(came_from_b2=False)
            del self._b1[key]
            self._t2[key] = None
        elif key in self._b2:  # case III
            step = max(1.0, len(self._b1) / len(self._b2))
            self.target = max(0.0, self.target - step)
            victim = self._replace(came_from_b2=True)
            del self._b2[key]
            self._t2[key] = None
        else:
            victim = self._room_for_a_stranger()
            self._t1[key] = None
        return victim

    def _room_for_a_stranger(self) -> K | None:  # case IV
        recent = len(self._t1) + len(self._b1)
        known = recent + len(self._t2) + len(self._b2)
        if recent == self.capacity:
            if not self._b1:
                return self._t1.popitem(last=False)[0]
            self._b1.popitem(last=False)
            return self._replace(came_from_b2=False)
        if known >= self.capacity:
            if known == 2 * self.capacity:
                self._b2.popitem(last=False)
            return self._replace(came_from_b2=False)
        return None

    def _replace(self, *, came_from_b2: bool) -> K | None:
        if len(self) < self.capacity:  # the owner has removed something
            return None
        over = len(self._t1) > self.target
        if self._t1 and (over or (came_from_b2 and len(self._t1) == self.target)):
            victim, _ = self._t1.popitem(last=False)
            self._b1[victim] = None
        else:
            victim, _ = self._t2.popitem(last=False)
            self._b2[victim] = None
        return victim

    def _forget(self, key: K) -> None:
        del (self._t1 if key in self._t1 else self._t2)[key]

    def _tracked(self) -> list[K]:
        return [*self._t1, *self._t2]

    def check(self) -> None:
        """Raise AssertionError when the paper's invariants A.1 to A.5 are broken."""
        super().check()
        t1, t2, b1, b2 = map(len, (self._t1, self._t2, self._b1, self._b2))
        names = set(self._t1) | set(self._t2) | set(self._b1) | set(self._b2)
        assert len(names) == t1 + t2 + b1 + b2, "a key in two lists"
        assert t1 + b1 <= self.capacity, "the recent side is too long"
        assert t1 + t2 + b1 + b2 <= 2 * self.capacity, "too many names"
        assert 0 <= self.target <= self.capacity, "a target out of range"
