"""Least frequently used: throw out what was asked for the fewest times.

    count 1   b, c         a was used 3 times; b and c once, b before c
    count 3   a            a new key d: b goes, d enters with count 1

Ties go to whoever was used longest ago. Counts never fall, so a key that was loved once
stays, and everything newer takes turns in what room is left (``lfuda`` ages them).

Each count that occurs has a bucket of keys in order of use, linked to the next count's.
A use moves a key to the next bucket, and the first bucket is known, so all of it takes
constant time. A key that is alone in its bucket need not move: the bucket counts on.

Rules, which ``check`` asserts: counts rise from bucket to bucket; no bucket is empty;
each key of the cache stands in one bucket, the one that it is noted with.

Source: Shah, Mitra, Matani 2010, "An O(1) algorithm for implementing the LFU cache
eviction scheme".
Left out: counts of keys that are not in the cache ("perfect" LFU); see w_tinylfu.
Builds on: sdnotes.caching.cache. Chapter: docs/chapters/caching/.
To take away: LFUCache.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any, Generic

from sdnotes.caching.cache import Cache, K, V


class _Bucket(Generic[K]):
    """The keys with one count, longest unused first, between fewer and more uses."""

    __slots__ = ("count", "fewer", "keys", "more")

    def __init__(self, count: int) -> None:
        self.count = count
        self.keys: OrderedDict[K, None] = OrderedDict()
        self.fewer = self.more = self

    def insert_after(self, fewer: "_Bucket[K]") -> None:
        self.fewer, self.more = fewer, fewer.more
        self.fewer.more = self.more.fewer = self

    def unlink(self) -> None:
        self.fewer.more, self.more.fewer = self.more, self.fewer


class LFUCache(Cache[K, V]):
    """A cache that evicts the entry with the fewest uses, the longest unused of them.

    Examples:
        >>> cache = LFUCache(capacity=2)
        >>> [cache.access(key) for key in "aabca"]
        [False, True, False, False, True]
    """

    def __init__(
        self, capacity: int, *, on_evict: Callable[[K, V], object] | None = None
    ) -> None:
        super().__init__(capacity, on_evict=on_evict)
        self._bucket_of: dict[K, _Bucket[K]] = {}
        self._ring: _Bucket[K] = _Bucket(0)  # before the fewest uses, after the most

    def count(self, key: K) -> int:
        """Return how often the key was used since it came in; 0 if it is not here."""
        bucket = self._bucket_of.get(key)
        return bucket.count if bucket else 0

    def _touch(self, key: K) -> None:
        bucket = self._bucket_of[key]
        following = bucket.more
        alone = len(bucket.keys) == 1
        if following.count != bucket.count + 1:
            if alone:
                bucket.count += 1
                return
            following = _Bucket(bucket.count + 1)
            following.insert_after(bucket)
        del bucket.keys[key]
        if alone:
            bucket.unlink()
        following.keys[key] = None
        self._bucket_of[key] = following

    def _admit(self, key: K) -> K | None:
        victim = None
        if len(self._bucket_of) >= self.capacity:
            victim = next(iter(self._ring.more.keys))
            self._forget(victim)
        first = self._ring.more
        if first.count != 1:
            first = _Bucket(1)
            first.insert_after(self._ring)
        first.keys[key] = None
        self._bucket_of[key] = first
        return victim

    def _forget(self, key: K) -> None:
        bucket = self._bucket_of.pop(key)
        del bucket.keys[key]
        if not bucket.keys:
            bucket.unlink()

    def _buckets(self) -> Iterator[_Bucket[K]]:
        bucket = self._ring.more
        while bucket is not self._ring:
            yield bucket
            bucket = bucket.more

    def __getstate__(self) -> dict[str, Any]:
        """Return what to pickle or copy, in lists: links would nest too deeply."""
        state = vars(self).copy()
        del state["_bucket_of"]
        state["_ring"] = [(b.count, list(b.keys)) for b in self._buckets()]
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take over what was pickled or copied."""
        buckets = state["_ring"]
        vars(self).update(state, _bucket_of={}, _ring=_Bucket(0))
        for count, keys in buckets:
            bucket: _Bucket[K] = _Bucket(count)
            bucket.insert_after(self._ring.fewer)
            bucket.keys.update(dict.fromkeys(keys))
            self._bucket_of.update(dict.fromkeys(keys, bucket))

    def _tracked(self) -> list[K]:
        return list(self._bucket_of)

    def check(self) -> None:
        """Raise AssertionError when counts, buckets and entries disagree."""
        super().check()
        keys, count = 0, 0
        for bucket in self._buckets():
            assert bucket.count > count, "buckets out of order"
            assert bucket.keys, "an empty bucket"
            assert all(self._bucket_of.get(key) is bucket for key in bucket.keys)
            keys, count = keys + len(bucket.keys), bucket.count
        assert keys == len(self), "a key in no bucket"
