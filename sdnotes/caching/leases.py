"""Leases: whoever misses first may fill, and a delete takes that right away.

    reader A   get -> Lease(1)       A goes to the database and finds the old value
    reader B   get -> Wait           somebody is at it already: look again soon
    writer     delete                the value has changed: lease 1 is void
    reader A   put(..., lease 1)     refused. The next reader gets Lease(2)

One token ends two troubles: a slow reader cannot store a value that was replaced since,
and of all who miss only one goes to the database. Until the lease runs out, that is:
then the next one gets a token of its own, since the first may be dead.

Source: Nishtala et al. 2013, "Scaling Memcache at Facebook", NSDI, section 3.2.1 (a
token for a key at most every 10 seconds).
Left out: room and expiry, which are the cache's own business; the old value that a
deleted key may still offer to those who can live with it.
Chapter: docs/chapters/caching.md.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Hit(Generic[V]):
    """The value is here."""

    value: V


@dataclass(frozen=True, slots=True)
class Lease:
    """It is not here: fetch it, and put it with this token."""

    token: int


@dataclass(frozen=True, slots=True)
class Wait:
    """It is not here, and somebody else fetches it until then at the latest."""

    until_s: float


class LeasedCache(Generic[K, V]):
    """A cache that is filled by the holder of a lease only.

    Examples:
        >>> cache = LeasedCache(lease_s=10)
        >>> lease = cache.get("k", now_s=0)
        >>> lease, cache.get("k", now_s=1)
        (Lease(token=1), Wait(until_s=10))
        >>> cache.put("k", "old", lease), cache.get("k", now_s=2)
        (True, Hit(value='old'))
    """

    def __init__(self, *, lease_s: float = 10.0) -> None:
        if not lease_s > 0:
            raise ValueError(f"lease_s={lease_s!r} is not above 0")
        self.lease_s = lease_s
        self._values: dict[K, V] = {}
        self._leases: dict[K, tuple[int, float]] = {}  # token, until
        self._token = 0

    def get(self, key: K, now_s: float) -> Hit[V] | Lease | Wait:
        """Return the value, or a lease, or how long somebody else may hold one."""
        if key in self._values:
            return Hit(self._values[key])
        if key in self._leases and now_s < self._leases[key][1]:
            return Wait(self._leases[key][1])
        self._token += 1
        self._leases[key] = (self._token, now_s + self.lease_s)
        return Lease(self._token)

    def put(self, key: K, value: V, lease: Lease) -> bool:
        """Store the value if the lease still stands; return whether it did."""
        token, _ = self._leases.get(key, (None, 0.0))
        if token != lease.token:
            return False
        del self._leases[key]
        self._values[key] = value
        return True

    def delete(self, key: K) -> None:
        """Forget the value, and take back the lease, for the value has changed."""
        self._values.pop(key, None)
        self._leases.pop(key, None)
