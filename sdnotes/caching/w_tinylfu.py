"""W-TinyLFU: a newcomer must be more popular than the one it would push out.

    window (1 %)   h  g  f ------> candidate f: asked for 2 times lately
    main  (99 %)   SLRU: ... c --> victim c: asked for 5 times lately.  f goes, c stays

A sketch counts all requests, of keys that are in the cache and of those that are not,
and forgets slowly. What leaves the small window is let into the main part only if the
sketch has seen it more often than what the main part would evict. One-time keys seldom
get past the window: only where the victim's count was just halved to 0, or where they
share counters with others. The window in turn saves bursts of new keys from the
sketch's verdict.

Keys that share their counters with each other count as popular, all of them: with one
such request in fifty, they push out what is used. Whoever chooses keys can find such,
unless the sketch's hash has a ``salt`` that nobody knows.

Rules, which ``check`` asserts: a key stands in one of the three parts; the window and
the protected part hold no more than their room.

Source: Einziger, Friedman, Manes 2017, "TinyLFU: a highly efficient cache admission
policy", ACM TOS 13(4): window 1 %, main SLRU with 80 % protected, sample 10 times the
capacity.
Left out: the doorkeeper; moving the window's size with the load, as Caffeine does.
Builds on: sdnotes.caching.cache, .sketch. Chapter: docs/chapters/caching/.
To take away: WTinyLFUCache.
"""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from sdnotes.caching.cache import Cache, K, V
from sdnotes.caching.sketch import FrequencySketch


class WTinyLFUCache(Cache[K, V]):
    """A cache that admits by popularity. ``put`` and hits take constant time.

    Keys that are int, str or bytes give the same run in every process. Where others
    choose them, give it a salt that they do not know, as ``secrets.randbits(64)``.

    Examples:
        >>> cache = WTinyLFUCache(capacity=3)
        >>> [cache.access(key) for key in "aabbxyzab"][-2:]
        [True, True]
    """

    def __init__(
        self,
        capacity: int,
        *,
        window_share: float = 0.01,
        protected_share: float = 0.8,
        sample_size: int | None = None,
        salt: int = 0,
        on_evict: Callable[[K, V], object] | None = None,
    ) -> None:
        super().__init__(capacity, on_evict=on_evict)
        for name, share in (("window", window_share), ("protected", protected_share)):
            if not 0 < share < 1:
                raise ValueError(f"{name}_share={share!r} is not between 0 and 1")
        if sample_size is None:
            sample_size = 10 * capacity
        # A sample has many more keys than the cache, and a narrow sketch takes them for
        # each other. Caffeine's has four counters a row for each entry too.
        self.sketch = FrequencySketch(
            expected_keys=4 * capacity, sample_size=sample_size, salt=salt
        )
        self._window_room = max(1, int(capacity * window_share))
        main_room = capacity - self._window_room
        self._protected_room = int(main_room * protected_share)
        # Each key with the place of its counters, so that it is hashed once while it is
        # in the cache: to hash it at every use took a third of all the time.
        self._window: OrderedDict[K, bytes] = OrderedDict()
        self._probation: OrderedDict[K, bytes] = OrderedDict()
        self._protected: OrderedDict[K, bytes] = OrderedDict()

    def get(self, key: K, default: Any = None) -> Any:
        """Return the value, or the default on a miss. A hit counts as a use."""
        # Cache's own way in one call; tests hold it against the plain way.
        protected = self._protected
        place = protected.get(key)
        if place is not None:  # as for most hits
            protected.move_to_end(key)
            self.sketch.add_at(place)
        elif key in self._values:
            self._touch(key)
        else:
            return default
        return self._values[key]

    def _touch(self, key: K) -> None:
        if key in self._protected:
            self._protected.move_to_end(key)
            place = self._protected[key]
        elif key in self._window:
            self._window.move_to_end(key)
            place = self._window[key]
        else:
            self._protected[key] = place = self._probation.pop(key)
            if len(self._protected) > self._protected_room:
                demoted, its_place = self._protected.popitem(last=False)
                self._probation[demoted] = its_place
        self.sketch.add_at(place)

    def _admit(self, key: K) -> K | None:
        sketch, window, main = self.sketch, self._window, self._probation
        place = sketch.place(key)
        sketch.add_at(place)
        victim = None
        if len(window) >= self._window_room:
            victim, its_place = window.popitem(last=False)  # unless it is let in
            if len(self._values) < self.capacity:
                main[victim], victim = its_place, None
            elif main or self._protected:
                main = main or self._protected
                last = next(iter(main))
                if sketch.is_more(its_place, main[last]):
                    del main[last]
                    self._probation[victim], victim = its_place, last
        window[key] = place
        return victim

    def _forget(self, key: K) -> None:
        for part in (self._window, self._probation, self._protected):
            part.pop(key, None)

    def _tracked(self) -> list[K]:
        return [*self._window, *self._probation, *self._protected]

    def check(self) -> None:
        """Raise AssertionError when a part holds too much or parts overlap."""
        super().check()
        assert len(self._tracked()) == len(self), "a key in two parts"
        assert len(self._window) <= self._window_room, "the window holds too much"
        assert len(self._protected) <= self._protected_room, "too much is protected"
