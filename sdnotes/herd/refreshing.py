"""Answer with the old value while one caller fetches the new one.

    ttl_s=60, stale_s=30, error_s=300; stored at 0

    0 to 60     Fresh                   use it
    60 to 90    Stale(refresh=True)     use it, and fetch anew: one caller only
                Stale(refresh=False)    use it, as all others do
    from 90     Miss                    fetch, and wait
    to 360      failed() gives the old value back, if the fetch fails

And three small things beside: an answer "there is none" may be stored too (negative
caching), with a time of its own; a TTL may be shortened by a random part (jitter), so
that what was stored together does not expire together; and a refresh that never came
back may be tried again after ``refresh_s``.

Source: RFC 5861, sections 3 (stale-while-revalidate) and 4 (stale-if-error); RFC 2308
for negative caching, in DNS.
Left out: capacity. At a Miss everybody fetches: put a SingleFlight in front of it.
Chapter: docs/chapters/herd.md.
To take away: RefreshingCache.
"""

import math
import random
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Fresh(Generic[V]):
    """The value, within its time to live."""

    value: V


@dataclass(frozen=True, slots=True)
class Stale(Generic[V]):
    """A value past its time; with ``refresh`` it is yours to fetch the next."""

    value: V
    refresh: bool


@dataclass(frozen=True, slots=True)
class Absent:
    """The source was asked, and said that there is none."""


@dataclass(frozen=True, slots=True)
class Miss:
    """Nothing usable is stored."""


@dataclass(slots=True)
class _Entry(Generic[V]):
    value: V
    fresh_until_s: float
    refreshing_until_s: float = -math.inf


def jittered_ttl_s(ttl_s: float, jitter_s: float, rng: random.Random) -> float:
    """Return a time to live that is shorter by up to ``jitter_s``, never longer."""
    if not 0 < ttl_s < math.inf:
        raise ValueError(f"ttl_s={ttl_s!r} is not above 0")
    if not 0 <= jitter_s <= ttl_s:
        raise ValueError(f"jitter_s={jitter_s!r} is not 0 to {ttl_s!r}, the ttl")
    return ttl_s - rng.uniform(0, jitter_s)


class RefreshingCache(Generic[K, V]):
    """Serves stale while one refreshes; every step takes constant time.

    ``jitter_s`` above 0 needs an ``rng``.

    Examples:
        >>> cache = RefreshingCache(ttl_s=60, stale_s=30)
        >>> cache.put("k", 1, now_s=0)
        >>> cache.get("k", now_s=59), cache.get("k", now_s=60)
        (Fresh(value=1), Stale(value=1, refresh=True))
        >>> cache.get("k", now_s=61), cache.get("k", now_s=90)
        (Stale(value=1, refresh=False), Miss())
    """

    def __init__(
        self,
        *,
        ttl_s: float,
        stale_s: float = 0.0,
        error_s: float = 0.0,
        absent_s: float = 0.0,
        refresh_s: float = 10.0,
        jitter_s: float = 0.0,
        rng: random.Random | None = None,
    ) -> None:
        for name, time_s in (
            ("stale_s", stale_s),
            ("error_s", error_s),
            ("absent_s", absent_s),
        ):
            if not 0 <= time_s < math.inf:
                raise ValueError(f"{name}={time_s!r} is not 0 or more")
        for name, time_s in (("ttl_s", ttl_s), ("refresh_s", refresh_s)):
            if not 0 < time_s < math.inf:
                raise ValueError(f"{name}={time_s!r} is not above 0")
        if not 0 <= jitter_s <= ttl_s:
            raise ValueError(f"jitter_s={jitter_s!r} is not 0 to {ttl_s!r}, the ttl")
        if jitter_s and rng is None:
            raise ValueError(f"jitter_s={jitter_s!r} needs an rng")
        self._ttl_s = ttl_s
        self._stale_s = stale_s
        self._error_s = error_s
        self._absent_s = absent_s
        self._refresh_s = refresh_s
        self._jitter_s = jitter_s
        self._rng = rng
        self._entries: dict[K, _Entry[V]] = {}
        self._absent_until_s: dict[K, float] = {}

    def get(self, key: K, now_s: float) -> Fresh[V] | Stale[V] | Absent | Miss:
        """Return what may be answered now, and who is to fetch."""
        if now_s < self._absent_until_s.get(key, -math.inf):
            return Absent()
        entry = self._entries.get(key)
        if entry is None:
            return Miss()
        if now_s < entry.fresh_until_s:
            return Fresh(entry.value)
        if now_s >= entry.fresh_until_s + self._stale_s:
            return Miss()
        refresh = now_s >= entry.refreshing_until_s
        if refresh:
            entry.refreshing_until_s = now_s + self._refresh_s
        return Stale(entry.value, refresh)

    def put(self, key: K, value: V, now_s: float) -> None:
        """Store what the source said."""
        ttl_s = self._ttl_s
        if self._rng is not None:
            ttl_s = jittered_ttl_s(ttl_s, self._jitter_s, self._rng)
        self._entries[key] = _Entry(value, now_s + ttl_s)
        self._absent_until_s.pop(key, None)

    def put_absent(self, key: K, now_s: float) -> None:
        """Store that the source has none; the old value is dropped."""
        self._entries.pop(key, None)
        self._absent_until_s[key] = now_s + self._absent_s

    def failed(self, key: K, now_s: float) -> Stale[V] | Miss:
        """Return the old value if a failed fetch may be answered with it.

        Who was to refresh stays so until ``refresh_s`` is over: a source in trouble is
        not asked again at once.
        """
        entry = self._entries.get(key)
        if entry is None or now_s >= entry.fresh_until_s + self._error_s:
            return Miss()
        return Stale(entry.value, refresh=False)
