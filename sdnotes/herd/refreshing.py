"""Answer with the old value while one caller fetches the new one.

    ttl_s=60, stale_s=30, error_s=300; stored at 0

    0 to 60     Fresh                   use it
    60 to 90    Stale(refresh=True)     use it, and fetch anew: one caller only
                Stale(refresh=False)    use it, as all others do
    from 90     Miss                    fetch, and wait
    to 360      failed() gives the old value back, if the fetch fails; then get() is
                Stale again, and one caller in refresh_s asks the source in trouble,
                until it answers or nobody has asked it for twice refresh_s

And three small things beside: an answer "there is none" may be stored too (negative
caching), with a time of its own; a TTL may be shortened by a random part (jitter), so
that what was stored together does not expire together; and a refresh that never came
back may be tried again after ``refresh_s``.

Whoever fetches says when it began: the answer may be older than what came meanwhile,
and a failure is of what was there before. ``now_s`` never goes back.

    61  Stale(refresh=True): reads 100
    62  the price is changed:  put(80, now_s=62)
    65  its answer comes:      put(100, now_s=65, began_s=61)     is refused

Source: RFC 5861, sections 3 (stale-while-revalidate) and 4 (stale-if-error); RFC 2308
for negative caching, in DNS.
Threads may share one: each step is taken under a lock.
Left out: capacity; two who change the source, and store in another order. At a Miss
everybody fetches, and a source that fails is asked by everybody if there is no old
value: put a SingleFlight in front of it.
Chapter: docs/chapters/herd/.
To take away: RefreshingCache.
"""

import math
import random
import threading
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
    """A value past its time; with ``refresh`` it is yours to fetch the next.

    ``put`` it with ``began_s``, the time at which you got this.
    """

    value: V
    refresh: bool


@dataclass(frozen=True, slots=True)
class Absent:
    """The source was asked, and said that there is none."""


@dataclass(frozen=True, slots=True)
class Miss:
    """Nothing usable is stored: fetch it, and ``put`` it with ``began_s``."""


@dataclass(slots=True)
class _Entry(Generic[V]):
    """What the source said, as of when, and until when it is used."""

    said: Fresh[V] | Absent
    as_of_s: float
    until_s: float
    refreshing_until_s: float = -math.inf
    failed_until_s: float = -math.inf


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
        True
        >>> cache.get("k", now_s=59), cache.get("k", now_s=60)
        (Fresh(value=1), Stale(value=1, refresh=True))
        >>> cache.get("k", now_s=61), cache.get("k", now_s=90)
        (Stale(value=1, refresh=False), Miss())
        >>> cache.put("k", 2, now_s=91), cache.put("k", 1, now_s=92, began_s=90)
        (True, False)
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
        self._lock = threading.Lock()

    def get(self, key: K, now_s: float) -> Fresh[V] | Stale[V] | Absent | Miss:
        """Return what may be answered now, and who is to fetch."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is None:
                return Miss()
            if now_s < entry.until_s:
                return entry.said
            stale_s = self._stale_s
            if now_s < entry.failed_until_s:
                stale_s = max(stale_s, self._error_s)
            if isinstance(entry.said, Absent) or now_s >= entry.until_s + stale_s:
                return Miss()
            refresh = now_s >= entry.refreshing_until_s
            if refresh:
                entry.refreshing_until_s = now_s + self._refresh_s
                if now_s < entry.failed_until_s:  # this try may fail later than that
                    entry.failed_until_s = now_s + 2 * self._refresh_s
            return Stale(entry.said.value, refresh)

    def put(
        self, key: K, value: V, now_s: float, *, began_s: float | None = None
    ) -> bool:
        """Store what the source said; return whether it is the newest that is known.

        ``began_s`` is when the fetch of it began: what was true at that time or later
        is kept, and this value is not. Who has just changed the source leaves it out.
        Raises ValueError for a fetch that began later than now.
        """
        ttl_s = self._ttl_s
        if self._rng is not None:
            ttl_s = jittered_ttl_s(ttl_s, self._jitter_s, self._rng)
        return self._store(key, Fresh(value), now_s, ttl_s, began_s)

    def put_absent(self, key: K, now_s: float, *, began_s: float | None = None) -> bool:
        """Store that the source has none, as ``put`` does; the old value is dropped.

        That it was said is kept after ``absent_s`` too: what began earlier is refused.
        """
        return self._store(key, Absent(), now_s, self._absent_s, began_s)

    def failed(
        self, key: K, now_s: float, *, began_s: float | None = None
    ) -> Stale[V] | Miss:
        """Return the old value if a failed fetch may be answered with it.

        That is so within ``stale_s`` and ``error_s``, whichever is longer. A source in
        trouble is not asked again at once: until ``refresh_s`` is over ``get`` asks
        nobody to refresh, and then one caller each ``refresh_s``, also after
        ``stale_s`` and however long a try takes. When nobody was asked for twice
        ``refresh_s``, the failure is forgotten. ``began_s`` is when the fetch began:
        of what was stored later it says nothing.
        """
        with self._lock:
            entry = self._entries.get(key)
            if entry is None or isinstance(entry.said, Absent):
                return Miss()
            if now_s >= entry.until_s + max(self._stale_s, self._error_s):
                return Miss()
            if began_s is None or began_s > entry.as_of_s:
                again_s = now_s + self._refresh_s
                entry.refreshing_until_s = max(entry.refreshing_until_s, again_s)
                forgotten_s = again_s + self._refresh_s
                entry.failed_until_s = max(entry.failed_until_s, forgotten_s)
            return Stale(entry.said.value, refresh=False)

    def _store(
        self,
        key: K,
        said: Fresh[V] | Absent,
        now_s: float,
        use_s: float,
        began_s: float | None,
    ) -> bool:
        if began_s is not None and not began_s <= now_s:
            raise ValueError(f"began_s={began_s!r} is not up to now, {now_s!r}")
        as_of_s = now_s if began_s is None else began_s
        with self._lock:
            known = self._entries.get(key)
            if began_s is not None and known is not None and began_s <= known.as_of_s:
                return False
            self._entries[key] = _Entry(said, as_of_s, now_s + use_s)
            return True
