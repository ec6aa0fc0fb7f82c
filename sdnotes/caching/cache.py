"""What every cache here has in common; a policy is the rest: who goes when it is full.

    cache = LRUCache(capacity=2)
    cache.put("a", 1)              store
    cache.get("a")       -> 1      look up; it counts as a use
    cache.access("b")    -> False  one request of a trace: was it a hit? Kept now
    "a" in cache         -> True   no use; neither are len, iteration, peek

A policy adds three methods. ``_touch(key)`` hears of a use; ``_admit(key)`` takes in a
new key and, if the cache is full, names the one that must go; ``_forget(key)`` hears
that the owner removed one.

Rules, which ``check`` asserts: there are at most ``capacity`` entries, and the policy
keeps their keys, no more and no fewer. When something fails:

    a key that cannot be hashed      TypeError, and nothing has changed
    a capacity below 1, or no int    ValueError, and there is no cache
    on_evict raises                  put raises it; the old entry is out, the new one in

Left out: locks (hold one of your own around each call), sizes in bytes (gdsf), time
(expiring).
Chapter: docs/chapters/caching/.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Iterator
from typing import Generic, TypeVar, overload

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
D = TypeVar("D")


class Cache(ABC, Generic[K, V]):
    """A mapping that holds at most ``capacity`` entries.

    ``on_evict(key, value)`` is called for each entry that the policy throws out, not
    for what its owner removes or overwrites. By then the entry is gone and the new one
    is in, so the callback may read and remove; what it raises reaches the caller of
    ``put``, and the cache is whole. A put in it evicts again: one that puts the victim
    back does so without end. ``capacity`` is for reading: it stays what it was made
    with, and a policy that has divided it does not see another number.

    Raises ValueError for a capacity that is not a whole number of at least 1, and
    TypeError for a key that cannot be hashed, before anything has changed.
    """

    def __init__(
        self, capacity: int, *, on_evict: Callable[[K, V], object] | None = None
    ) -> None:
        if not isinstance(capacity, int) or isinstance(capacity, bool) or capacity < 1:
            raise ValueError(f"capacity={capacity!r} is not a whole number above 0")
        self.capacity = capacity
        self.on_evict = on_evict
        self._values: dict[K, V] = {}

    @abstractmethod
    def _touch(self, key: K) -> None:
        """Note that a key of the cache was used."""

    @abstractmethod
    def _admit(self, key: K) -> K | None:
        """Take in a new key; return the key that goes for it if the cache is full."""

    @abstractmethod
    def _forget(self, key: K) -> None:
        """Drop a key that its owner removed."""

    @overload
    def get(self, key: K) -> V | None: ...

    @overload
    def get(self, key: K, default: D) -> V | D: ...

    def get(self, key: K, default: D | None = None) -> V | D | None:
        """Return the value, or the default on a miss. A hit counts as a use."""
        if key not in self._values:  # half the cost of catching a KeyError
            return default
        self._touch(key)
        return self._values[key]

    def put(self, key: K, value: V) -> None:
        """Store the value, which is a use; evict an entry if there is no room."""
        if key in self._values:
            self._touch(key)
            self._values[key] = value
            return
        victim: K = self._admit(key)  # type: ignore[assignment]  # None: maybe a key
        self._values[key] = value
        if len(self._values) > self.capacity:
            old = self._values.pop(victim)
            if self.on_evict is not None:
                self.on_evict(victim, old)

    def access(self, key: K) -> bool:
        """Return whether the key was there, and keep it: one request of a trace.

        A key that was not there is stored with the value None.
        """
        if key in self._values:
            self._touch(key)
            return True
        self.put(key, None)  # type: ignore[arg-type]  # a trace has keys, no values
        return False

    @overload
    def peek(self, key: K) -> V | None: ...

    @overload
    def peek(self, key: K, default: D) -> V | D: ...

    def peek(self, key: K, default: D | None = None) -> V | D | None:
        """Return the value, or the default on a miss. The policy hears nothing."""
        return self._values.get(key, default)

    def pop(self, key: K) -> V:
        """Remove the entry and return its value. Raises KeyError when there is none."""
        value = self._values.pop(key)
        self._forget(key)
        return value

    def items(self) -> list[tuple[K, V]]:
        """Return (key, value) of each entry. The policy hears nothing. Cost: O(n)."""
        return list(self._values.items())

    def __getitem__(self, key: K) -> V:
        value = self._values[key]
        self._touch(key)
        return value

    __setitem__ = put

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        # cache[key] = value is put itself, one call less; a subclass may override it.
        either = {"put", "__setitem__"}
        nearest = next(each for each in cls.__mro__ if either & vars(each).keys())
        if "__setitem__" not in vars(nearest):
            cls.__setitem__ = cls.put

    def __delitem__(self, key: K) -> None:
        self.pop(key)

    def __contains__(self, key: object) -> bool:
        return key in self._values

    def __iter__(self) -> Iterator[K]:
        return iter(list(self._values))

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self)} of {self.capacity})"

    def check(self) -> None:
        """Raise AssertionError when the policy and the entries disagree. Cost: O(n)."""
        assert len(self._values) <= self.capacity, f"{self!r} holds too much"
        assert set(self._tracked()) == set(self._values), "keys without entries"

    @abstractmethod
    def _tracked(self) -> list[K]:
        """Return the keys that the policy believes to be in the cache."""
