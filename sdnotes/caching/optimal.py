"""Belady's optimum: throw out what will be wanted again last. It must see the future.

    requests     a  b  c  a  b  d  a       capacity 2
    at c: a comes back in 1, b in 2: b goes
    at b: a comes back in 2, c never: c goes

No policy that stores every newcomer can miss less often, if entries are equal in size
and cost; so this is the line above all curves. Other requests than these another policy
may well hit: only the number is a bound.

Source: Belady 1966, "A study of replacement algorithms for a virtual-storage
computer", IBM Systems Journal 5(2); Mattson et al. 1970 for the proof.
Left out: not storing a newcomer at all, which can save a little more; sizes and costs,
with which no fast optimum is known.
Builds on: sdnotes.caching.cache. Chapter: docs/chapters/caching/.
To take away: OptimalCache.
"""

import heapq
from collections.abc import Callable, Iterable

from sdnotes.caching.cache import Cache, K, V


class NotTheFutureError(ValueError):
    """The cache was asked for something else than its future says; nothing happened.

    The caller must act: give the requests in the order that was announced.
    """


class OptimalCache(Cache[K, V]):
    """A cache that evicts the entry whose next use is farthest away.

    ``future`` is every request to come, in order; ``access``, ``put``, and a ``get``
    that hits, take the next of them. Cost: O(log n) a request.

    Examples:
        >>> cache = OptimalCache(capacity=2, future="abcabda")
        >>> [cache.access(key) for key in "abcabda"]
        [False, False, False, True, False, False, True]
    """

    def __init__(
        self,
        capacity: int,
        *,
        future: Iterable[K],
        on_evict: Callable[[K, V], object] | None = None,
    ) -> None:
        super().__init__(capacity, on_evict=on_evict)
        self._future = list(future)
        self._next_use = _next_uses(self._future)
        self._at = 0
        self._waits_for: dict[K, int] = {}
        self._farthest: list[tuple[int, K]] = []  # (-next use, key), and old pairs

    def _touch(self, key: K) -> None:
        self._advance(key)

    def _admit(self, key: K) -> K | None:
        self._expect(key)
        victim = None
        if len(self) >= self.capacity:
            while True:
                next_use, victim = heapq.heappop(self._farthest)
                if self._waits_for.get(victim) == -next_use:
                    break
            del self._waits_for[victim]
        self._advance(key)
        return victim

    def _expect(self, key: K) -> None:
        if self._at >= len(self._future):
            raise NotTheFutureError(f"key={key!r} comes after the end of the future")
        expected = self._future[self._at]
        if expected is not key and expected != key:  # a dict's rule: NaN is itself
            raise NotTheFutureError(
                f"key={key!r} is request {self._at}; the future says {expected!r}"
            )

    def _advance(self, key: K) -> None:
        self._expect(key)
        self._waits_for[key] = self._next_use[self._at]
        heapq.heappush(self._farthest, (-self._next_use[self._at], key))
        self._at += 1

    def _forget(self, key: K) -> None:
        del self._waits_for[key]

    def _tracked(self) -> list[K]:
        return list(self._waits_for)


def _next_uses(requests: list[K]) -> list[int]:
    """Return for each request where its key comes next; past the end if never.

    What never comes gets a number of its own, so that no two keys are ever compared.
    """
    coming: dict[K, int] = {}
    uses = [0] * len(requests)
    for at in range(len(requests) - 1, -1, -1):
        uses[at] = coming.get(requests[at], len(requests) + at)
        coming[requests[at]] = at
    return uses
