"""Expiry: throw out what may no longer be true, whether there is room or not.

    put at 0 with ttl 60        looked up at 59: there. At 60: gone
    put with jitter_share 0.1   lives for 54 to 60: what came together leaves apart

Eviction makes room and says nothing about truth. Expiry limits how long an answer is
served after its put, and makes no room until somebody looks. To limit its age, put with
the ``now_s`` of the miss, before the source was asked. Invalidation, ``delete``, is
told what changed. A cache has need of all three.

Jitter only shortens: a value never outlives its time to live.

Source: RFC 9111 section 4.2, for freshness in HTTP. What jitter is for: the chapter on
the herd.
Left out: a sweep that removes what nobody looks up; stale answers meanwhile; a put that
comes after the delete which it should have come before (leases refuse it).
Builds on: sdnotes.caching.cache. Chapter: docs/chapters/caching/.
To take away: ExpiringCache.
"""

import random
from typing import Any, Generic

from sdnotes.caching.cache import Cache, K, V


class ExpiringCache(Generic[K, V]):
    """A cache of any policy whose entries also end by the clock.

    ``now_s`` is any clock that does not go backwards. Raises ValueError for a time to
    live that is not above 0, or a share of it to be drawn as jitter that is not from 0
    up to below 1.

    Examples:
        >>> from sdnotes.caching.lru import LRUCache
        >>> cache = ExpiringCache(LRUCache(capacity=2), ttl_s=60)
        >>> cache.put("a", 1, now_s=0)
        >>> cache.get("a", now_s=59), cache.get("a", now_s=60)
        (1, None)
    """

    def __init__(
        self,
        cache: Cache[K, tuple[V, float]],
        *,
        ttl_s: float,
        jitter_share: float = 0.0,
        rng: random.Random | None = None,
    ) -> None:
        if not ttl_s > 0:
            raise ValueError(f"ttl_s={ttl_s!r} is not above 0")
        if not 0 <= jitter_share < 1:
            raise ValueError(
                f"jitter_share={jitter_share!r} is not from 0 up to below 1"
            )
        if jitter_share and rng is None:
            raise ValueError(f"jitter_share={jitter_share!r} needs an rng")
        self.cache = cache
        self.ttl_s = ttl_s
        self.jitter_share = jitter_share
        self._rng = rng

    def get(self, key: K, *, now_s: float, default: Any = None) -> Any:
        """Return the value, or the default when it is not there or its time is over."""
        entry = self.cache.peek(key)
        if entry is None:
            return default
        value, expires_s = entry
        if now_s >= expires_s:
            self.cache.pop(key)
            return default
        self.cache.get(key)
        return value

    def put(self, key: K, value: V, *, now_s: float) -> None:
        """Store the value for its time to live, less a random part of the jitter."""
        less = 0.0 if self._rng is None else self.jitter_share * self._rng.random()
        self.cache.put(key, (value, now_s + self.ttl_s * (1 - less)))

    def delete(self, key: K) -> None:
        """Forget the value, because it has changed. Nothing happens if it is gone."""
        if key in self.cache:
            self.cache.pop(key)

    def __len__(self) -> int:
        """Return the number of entries; some may have expired, and nobody looked."""
        return len(self.cache)
