"""Leases: of all who miss, one may fill the cache, and only with what is still true.

    A   get k          Fill(token 1)      nobody has it: A asks the database
    B   get k          Wait(until 10)     somebody fills; B looks again soon
    W   delete k                          W has changed the database
    A   put k, token 1 False              refused: A read before W wrote
    C   get k at 10    Fill(token 2)      the next may try

Two faults end here. The *stale set*: without the token A's old value would stand in
the cache until it expires. The *thundering herd*: a key gives out one token in
``lease_s``, so that however many miss, one asks the database. The limit counts from
the last token, over a delete too: a key that is deleted again and again would else
send a reader to the database each time. Those who wait may be offered the value from
before the delete, if they can use one that is a little old.

Source: Nishtala et al. 2013, "Scaling Memcache at Facebook", NSDI, section 3.2.1.
Threads may share one: each step is taken under a lock. It is what the *server* of a
shared cache does: in each of fifty processes it would be fifty leases.
Left out: expiry; a lost delete, or one that is sent before the write is committed; a
key that moves to another server, whose delete does not reach the token of the first.
Chapter: docs/chapters/herd/, and docs/chapters/caching/ for the fill race.
To take away: LeasedCache.
"""

import math
import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Hit(Generic[V]):
    """The cached value."""

    value: V


@dataclass(frozen=True, slots=True)
class Fill(Generic[V]):
    """Nothing is cached, and it is yours to fetch: ``put`` it with this token.

    ``stale`` is what was there before the delete, if that is kept.
    """

    token: int
    stale: Hit[V] | None = None


@dataclass(frozen=True, slots=True)
class Wait(Generic[V]):
    """Somebody else fetches it: look again soon, or make do with ``stale``.

    Nobody else will get a token before ``until_s``.
    """

    until_s: float
    stale: Hit[V] | None = None


@dataclass(slots=True)
class _Slot(Generic[V]):
    """What is known of a key; ``token`` 0 is none."""

    current: Hit[V] | None = None
    stale: Hit[V] | None = None
    stale_until_s: float = -math.inf
    token: int = 0
    next_token_s: float = -math.inf


def _check_whole(name: str, value: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError(f"{name}={value!r} is not a whole number above 0")


class LeasedCache(Generic[K, V]):
    """A cache that hands out the right to fill it; every step takes constant time.

    Its tokens are ``first_token`` and the whole numbers after it. After a restart let
    the first be higher than any from before, as ``time.time_ns()`` is: a token from
    before is then refused. Without it a new cache begins at 1 again, so such a token
    may fit, and its old value be stored.

    With a ``capacity`` the key that was asked for the longest time ago is forgotten,
    with its value and its token, whose holder is then refused. The next reader of the
    key gets a token at once. Without one every key that was asked for stays known.

    ``lease_s`` is the least time between two tokens of a key. ``stale_s`` is how long
    a deleted value is still offered. With ``delete_frees`` a delete lets the next
    reader have a token at once: fresher, and one database call for each delete.

    Examples:
        >>> cache = LeasedCache(lease_s=10)
        >>> cache.get("k", now_s=0), cache.get("k", now_s=1)
        (Fill(token=1, stale=None), Wait(until_s=10, stale=None))
        >>> cache.put("k", "value", token=1), cache.get("k", now_s=2)
        (True, Hit(value='value'))
    """

    def __init__(
        self,
        *,
        lease_s: float = 10.0,
        stale_s: float = 0.0,
        delete_frees: bool = False,
        capacity: int | None = None,
        first_token: int = 1,
    ) -> None:
        if not 0 < lease_s < math.inf:
            raise ValueError(f"lease_s={lease_s!r} is not above 0")
        if not 0 <= stale_s < math.inf:
            raise ValueError(f"stale_s={stale_s!r} is not 0 or more")
        if capacity is not None:
            _check_whole("capacity", capacity)
        _check_whole("first_token", first_token)
        self._lease_s = lease_s
        self._stale_s = stale_s
        self._delete_frees = delete_frees
        self._capacity = capacity
        self._slots: OrderedDict[K, _Slot[V]] = OrderedDict()  # last asked for, last
        self._last_token = first_token - 1
        self._lock = threading.Lock()

    def get(self, key: K, now_s: float) -> Hit[V] | Fill[V] | Wait[V]:
        """Return the value, the right to fill it, or the advice to wait."""
        with self._lock:
            slot = self._slots.setdefault(key, _Slot())
            self._slots.move_to_end(key)
            if self._capacity is not None and len(self._slots) > self._capacity:
                self._slots.popitem(last=False)
            if slot.current is not None:
                return slot.current
            stale = slot.stale if now_s < slot.stale_until_s else None
            if now_s < slot.next_token_s:
                return Wait(slot.next_token_s, stale)
            self._last_token += 1
            # An older token of this key ends here: its holder took too long.
            slot.token = self._last_token
            slot.next_token_s = now_s + self._lease_s
            return Fill(slot.token, stale)

    def put(self, key: K, value: V, token: int) -> bool:
        """Store the value if the token still holds; return whether it did.

        A token ends when it is used, when the key is deleted or forgotten, and when a
        later one is given out. Raises ValueError for a token that was never given out:
        a number below 1, or above the last one.
        """
        if not 1 <= token <= self._last_token:
            raise ValueError(f"token={token!r} was never given out")
        with self._lock:
            slot = self._slots.get(key)
            if slot is None or slot.token != token:
                return False
            slot.token = 0
            slot.current = Hit(value)
            slot.stale = None
            return True

    def delete(self, key: K, now_s: float) -> None:
        """Forget the value and end its token: the source has changed."""
        with self._lock:
            slot = self._slots.get(key)
            if slot is None:
                return
            slot.token = 0
            if self._delete_frees:
                slot.next_token_s = -math.inf
            if slot.current is not None and self._stale_s:
                slot.stale, slot.stale_until_s = slot.current, now_s + self._stale_s
            slot.current = None
