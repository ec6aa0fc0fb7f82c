"""Each policy once more, as its source defines it, line for line and slow.

    twin.use(key)   -> True     one request: was the key there?
    twin.drop(key)              the owner removes it; nobody is evicted
    twin.keys()     -> {...}    what is in the cache now

Lists are searched from end to end; the first of a list is its newest, as in the papers'
figures, unless a twin says otherwise. Nothing here is shared with the package. Where a
policy of the package differs from its paper on purpose, so does its twin, and says so.
"""

import math
import random
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Hashable

Key = Hashable


class Twin(ABC):
    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.evicted: list[Key] = []

    def use(self, key: Key) -> bool:
        if key in self.keys():
            self.hit(key)
            return True
        before = self.keys()
        self.miss(key)
        self.evicted += before - self.keys()
        return False

    @property
    def full(self) -> bool:
        return len(self.keys()) == self.capacity

    @abstractmethod
    def hit(self, key: Key) -> None: ...

    @abstractmethod
    def miss(self, key: Key) -> None: ...

    @abstractmethod
    def drop(self, key: Key) -> None: ...

    @abstractmethod
    def keys(self) -> set[Key]: ...


class Diary(Twin):
    """Writes down when each key came, was used, and how often; then looks it up."""

    def __init__(self, capacity: int) -> None:
        super().__init__(capacity)
        self.now = 0
        self.came: dict[Key, int] = {}
        self.used: dict[Key, int] = {}
        self.count: dict[Key, int] = {}

    def hit(self, key: Key) -> None:
        self.now += 1
        self.used[key] = self.now
        self.count[key] += 1

    def miss(self, key: Key) -> None:
        if self.full:
            self.drop(self.victim())
        self.now += 1
        self.came[key] = self.used[key] = self.now
        self.count[key] = 1

    def drop(self, key: Key) -> None:
        del self.came[key], self.used[key], self.count[key]

    def keys(self) -> set[Key]:
        return set(self.came)

    @abstractmethod
    def victim(self) -> Key: ...


class FIFO(Diary):
    def victim(self) -> Key:
        return min(self.came, key=lambda key: self.came[key])


class LRU(Diary):
    def victim(self) -> Key:
        return min(self.used, key=lambda key: self.used[key])


class MRU(Diary):
    def victim(self) -> Key:
        return max(self.used, key=lambda key: self.used[key])


class LFU(Diary):
    def victim(self) -> Key:
        return min(self.count, key=lambda key: (self.count[key], self.used[key]))


class LFUDA(Diary):
    """Arlitt et al. 2000: K = C + L at each use; L is the K of the last victim."""

    def __init__(self, capacity: int) -> None:
        super().__init__(capacity)
        self.age = 0
        self.priority: dict[Key, int] = {}

    def hit(self, key: Key) -> None:
        super().hit(key)
        self.priority[key] = self.count[key] + self.age

    def miss(self, key: Key) -> None:
        super().miss(key)
        self.priority[key] = 1 + self.age

    def drop(self, key: Key) -> None:
        super().drop(key)
        del self.priority[key]

    def victim(self) -> Key:
        key = min(self.priority, key=lambda key: (self.priority[key], self.used[key]))
        self.age = self.priority[key]
        return key


class Clock(Twin):
    """Corbató 1969: frames in a circle, a bit for each, and a hand that goes round.

    A new key takes its victim's frame, and the hand goes on. While there is room, it
    gets a frame just behind the hand, where a victim's would be. Its bit is set only
    where newcomers are marked.
    """

    def __init__(self, capacity: int, *, marks_newcomers: bool = False) -> None:
        super().__init__(capacity)
        self.marks_newcomers = marks_newcomers
        self.frames: list[Key] = []
        self.bits: list[bool] = []
        self.hand = 0

    def hit(self, key: Key) -> None:
        self.bits[self.frames.index(key)] = True

    def miss(self, key: Key) -> None:
        if self.full:
            while self.bits[self.hand]:
                self.bits[self.hand] = False
                self.hand = (self.hand + 1) % len(self.frames)
            self.frames[self.hand] = key
            self.bits[self.hand] = self.marks_newcomers
            self.hand = (self.hand + 1) % len(self.frames)
        else:
            self.frames.insert(self.hand, key)
            self.bits.insert(self.hand, self.marks_newcomers)
            self.hand = (self.hand + 1) % len(self.frames)

    def drop(self, key: Key) -> None:
        frame = self.frames.index(key)
        del self.frames[frame], self.bits[frame]
        if frame < self.hand:
            self.hand -= 1
        if self.hand == len(self.frames):
            self.hand = 0

    def keys(self) -> set[Key]:
        return set(self.frames)


class Random(Twin):
    """A list; the gap that a key leaves is filled by the last of the list."""

    def __init__(self, capacity: int, rng: random.Random) -> None:
        super().__init__(capacity)
        self.rng = rng
        self.line: list[Key] = []

    def hit(self, key: Key) -> None:
        pass

    def miss(self, key: Key) -> None:
        if self.full:
            self.drop(self.line[math.floor(self.rng.random() * self.capacity)])
        self.line.append(key)

    def drop(self, key: Key) -> None:
        place = self.line.index(key)
        self.line[place] = self.line[-1]
        self.line.pop()

    def keys(self) -> set[Key]:
        return set(self.line)


class SLRU(Twin):
    """Karedla et al. 1994: up by one at a hit, down by one when pushed out."""

    def __init__(self, capacity: int, rooms: list[int]) -> None:
        super().__init__(capacity)
        self.rooms = rooms  # the lowest segment first
        self.segments: list[list[Key]] = [[] for _ in rooms]

    def hit(self, key: Key) -> None:
        level = next(i for i, line in enumerate(self.segments) if key in line)
        self.segments[level].remove(key)
        above = level + 1 if level + 1 < len(self.segments) else level
        self.segments[above].insert(0, key)
        for i in range(len(self.segments) - 1, 0, -1):
            while len(self.segments[i]) > self.rooms[i]:
                self.segments[i - 1].insert(0, self.segments[i].pop())

    def miss(self, key: Key) -> None:
        if self.full:
            for line in self.segments:
                if line:
                    line.pop()
                    break
        self.segments[0].insert(0, key)

    def drop(self, key: Key) -> None:
        for line in self.segments:
            if key in line:
                line.remove(key)

    def keys(self) -> set[Key]:
        return set().union(*self.segments)


class TwoQ(Twin):
    """Johnson and Shasha 1994, the full version, with its reclaimfor(X).

    A name leaves A1out when it is asked for, before room is made: as in libCacheSim.
    """

    def __init__(self, capacity: int, k_in: int, k_out: int) -> None:
        super().__init__(capacity)
        self.k_in, self.k_out = k_in, k_out
        self.a1in: list[Key] = []
        self.a1out: list[Key] = []
        self.am: list[Key] = []

    def hit(self, key: Key) -> None:
        if key in self.am:
            self.am.remove(key)
            self.am.insert(0, key)

    def miss(self, key: Key) -> None:
        if key in self.a1out:
            self.a1out.remove(key)
            self.reclaim()
            self.am.insert(0, key)
        else:
            self.reclaim()
            self.a1in.insert(0, key)

    def reclaim(self) -> None:
        if not self.full:
            return
        if len(self.a1in) > self.k_in or not self.am:
            self.a1out.insert(0, self.a1in.pop())
            if len(self.a1out) > self.k_out:
                self.a1out.pop()
        else:
            self.am.pop()

    def drop(self, key: Key) -> None:
        (self.am if key in self.am else self.a1in).remove(key)

    def keys(self) -> set[Key]:
        return {*self.a1in, *self.am}


class ARC(Twin):
    """Megiddo and Modha 2003, figure 4, with p as a float, as in libCacheSim.

    Exact fractions decide otherwise now and then: where p is whole but for its
    rounding. What the owner removed left room, which the paper does not know; REPLACE
    then finds nothing to do.
    """

    def __init__(self, capacity: int) -> None:
        super().__init__(capacity)
        self.p = 0.0
        self.t1: list[Key] = []
        self.t2: list[Key] = []
        self.b1: list[Key] = []
        self.b2: list[Key] = []

    def hit(self, key: Key) -> None:
        (self.t1 if key in self.t1 else self.t2).remove(key)
        self.t2.insert(0, key)

    def miss(self, key: Key) -> None:
        c = self.capacity
        if key in self.b1:
            bigger = len(self.b1) >= len(self.b2)
            d1 = 1 if bigger else len(self.b2) / len(self.b1)
            self.p = min(self.p + d1, c)
            self.replace(key)
            self.b1.remove(key)
            self.t2.insert(0, key)
        elif key in self.b2:
            bigger = len(self.b2) >= len(self.b1)
            d2 = 1 if bigger else len(self.b1) / len(self.b2)
            self.p = max(self.p - d2, 0)
            self.replace(key)
            self.b2.remove(key)
            self.t2.insert(0, key)
        else:
            l1 = len(self.t1) + len(self.b1)
            l2 = len(self.t2) + len(self.b2)
            if l1 == c:
                if len(self.t1) < c:
                    self.b1.pop()
                    self.replace(key)
                else:
                    self.t1.pop()
            elif l1 < c and l1 + l2 >= c:
                if l1 + l2 == 2 * c:
                    self.b2.pop()
                self.replace(key)
            self.t1.insert(0, key)

    def replace(self, key: Key) -> None:
        if not self.full:
            return
        t1 = len(self.t1)
        if t1 >= 1 and ((key in self.b2 and t1 == self.p) or t1 > self.p):
            self.b1.insert(0, self.t1.pop())
        else:
            self.b2.insert(0, self.t2.pop())

    def drop(self, key: Key) -> None:
        (self.t1 if key in self.t1 else self.t2).remove(key)

    def keys(self) -> set[Key]:
        return {*self.t1, *self.t2}


class S3FIFO(Twin):
    """Yang et al. 2023, algorithm 1 as libCacheSim runs it.

    While it fills for the first time, what S cannot hold goes to M; a name leaves G
    before room is made; M may outgrow its share while S empties.
    """

    def __init__(self, capacity: int, small: int, ghosts: int) -> None:
        super().__init__(capacity)
        self.small_room, self.ghost_room = small, ghosts
        self.s: list[Key] = []
        self.m: list[Key] = []
        self.g: list[Key] = []
        self.freq: dict[Key, int] = {}
        self.first_fill = True

    def hit(self, key: Key) -> None:
        self.freq[key] = min(self.freq[key] + 1, 3)

    def miss(self, key: Key) -> None:
        in_ghost = key in self.g
        if in_ghost:
            self.g.remove(key)
        while self.full:
            self.first_fill = False
            if len(self.m) > self.capacity - self.small_room or not self.s:
                self.evict_from_m()
            else:
                self.evict_from_s()
        overflows = self.first_fill and len(self.s) >= self.small_room
        (self.m if in_ghost or overflows else self.s).insert(0, key)
        self.freq[key] = 0

    def evict_from_s(self) -> None:
        while self.s:
            tail = self.s.pop()
            if self.freq[tail] > 1:
                self.m.insert(0, tail)
                self.freq[tail] = 0
            else:
                self.g.insert(0, tail)
                del self.g[self.ghost_room :]
                return
        self.evict_from_m()

    def evict_from_m(self) -> None:
        while True:
            tail = self.m.pop()
            if self.freq[tail] == 0:
                return
            self.m.insert(0, tail)
            self.freq[tail] -= 1

    def drop(self, key: Key) -> None:
        (self.s if key in self.s else self.m).remove(key)

    def keys(self) -> set[Key]:
        return {*self.s, *self.m}


class Sieve(Twin):
    """Zhang et al. 2024, algorithm 1; the hand is the place where it stands."""

    def __init__(self, capacity: int) -> None:
        super().__init__(capacity)
        self.line: list[Key] = []
        self.visited: set[Key] = set()
        self.hand: Key | None = None

    def next_of(self, key: Key) -> Key | None:
        """Who came right after this key, if anybody did."""
        place = self.line.index(key)
        return self.line[place - 1] if place else None

    def hit(self, key: Key) -> None:
        self.visited.add(key)

    def miss(self, key: Key) -> None:
        if self.full:
            at = self.line[-1] if self.hand is None else self.hand
            while at in self.visited:
                self.visited.remove(at)
                following = self.next_of(at)
                at = self.line[-1] if following is None else following
            self.hand = self.next_of(at)
            self.line.remove(at)
        self.line.insert(0, key)

    def drop(self, key: Key) -> None:
        if key == self.hand:
            self.hand = self.next_of(key)
        self.line.remove(key)
        self.visited.discard(key)

    def keys(self) -> set[Key]:
        return set(self.line)


class ExactSketch:
    """What the sketch would say if no two keys shared a counter."""

    def __init__(self, sample_size: int) -> None:
        self.sample_size = sample_size
        self.counts: Counter[Key] = Counter()
        self.added = 0

    def add(self, key: Key) -> None:
        self.counts[key] = min(self.counts[key] + 1, 15)
        self.added += 1
        if self.added == self.sample_size:
            self.added //= 2
            for each in self.counts:
                self.counts[each] //= 2

    def estimate(self, key: Key) -> int:
        return self.counts[key]

    def place(self, key: Key) -> Key:
        return key

    add_at = add

    def is_more(self, one: Key, other: Key) -> bool:
        return self.counts[one] > self.counts[other]


class WTinyLFU(Twin):
    """Einziger et al. 2017, figure 5: window, and a main part of two segments.

    The window's oldest is the candidate, what the main part would evict its victim; in
    a tie the victim stays. While there is room, every candidate is let in.
    """

    def __init__(
        self, capacity: int, window: int, protected: int, sample_size: int
    ) -> None:
        super().__init__(capacity)
        self.window_room, self.protected_room = window, protected
        self.sketch = ExactSketch(sample_size)
        self.window: list[Key] = []
        self.probation: list[Key] = []
        self.protected: list[Key] = []

    def hit(self, key: Key) -> None:
        self.sketch.add(key)
        if key in self.window:
            self.window.remove(key)
            self.window.insert(0, key)
            return
        (self.probation if key in self.probation else self.protected).remove(key)
        self.protected.insert(0, key)
        if len(self.protected) > self.protected_room:
            self.probation.insert(0, self.protected.pop())

    def miss(self, key: Key) -> None:
        self.sketch.add(key)
        full = self.full
        self.window.insert(0, key)
        if len(self.window) > self.window_room:
            candidate = self.window.pop()
            if not full:
                self.probation.insert(0, candidate)
            else:
                self.duel(candidate)

    def duel(self, candidate: Key) -> None:
        main = self.probation or self.protected
        if main and self.sketch.counts[candidate] > self.sketch.counts[main[-1]]:
            main.pop()
            self.probation.insert(0, candidate)

    def drop(self, key: Key) -> None:
        for line in (self.window, self.probation, self.protected):
            if key in line:
                line.remove(key)

    def keys(self) -> set[Key]:
        return {*self.window, *self.probation, *self.protected}
