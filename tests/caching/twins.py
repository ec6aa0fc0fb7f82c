"""The policies once more, straight from their definitions: slow, and plain to see.

Each twin is asked for one key at a time and says whether it was there; ``keys`` is what
it holds.
"""

from collections import Counter
from collections.abc import Hashable


class Twin:
    """A list of keys, and what is known of each."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.keys: list[Hashable] = []
        self.clock = 0
        self.last_use: dict[Hashable, int] = {}
        self.uses: Counter[Hashable] = Counter()

    def access(self, key: Hashable) -> bool:
        self.clock += 1
        hit = key in self.keys
        if hit:
            self.hit(key)
        else:
            if len(self.keys) == self.capacity:
                victim = self.victim()
                self.keys.remove(victim)
                del self.uses[victim]
            self.keys.append(key)
        self.last_use[key] = self.clock
        self.uses[key] += 1
        return hit

    def hit(self, key: Hashable) -> None:
        """Nothing but time and count, which every twin keeps."""

    def victim(self) -> Hashable:
        raise NotImplementedError


class FIFO(Twin):
    def victim(self) -> Hashable:
        return self.keys[0]


class LRU(Twin):
    def victim(self) -> Hashable:
        return min(self.keys, key=self.last_use.__getitem__)


class MRU(Twin):
    def victim(self) -> Hashable:
        return max(self.keys, key=self.last_use.__getitem__)


class LFU(Twin):
    def victim(self) -> Hashable:
        return min(self.keys, key=lambda k: (self.uses[k], self.last_use[k]))


class LFUDA(Twin):
    """Arlitt et al. 2000: K = C * F + L with C = 1, set at each use."""

    def __init__(self, capacity: int) -> None:
        super().__init__(capacity)
        self.age = 0
        self.priority: dict[Hashable, int] = {}

    def access(self, key: Hashable) -> bool:
        hit = super().access(key)
        self.priority[key] = self.uses[key] + self.age
        return hit

    def victim(self) -> Hashable:
        victim = min(self.keys, key=lambda k: (self.priority[k], self.last_use[k]))
        self.age = self.priority[victim]
        return victim


class Clock(Twin):
    """A ring of places with a hand, as it was first described."""

    def __init__(self, capacity: int) -> None:
        super().__init__(capacity)
        self.hand = 0
        self.marked: set[Hashable] = set()

    def access(self, key: Hashable) -> bool:
        if key in self.keys:
            self.marked.add(key)
            return True
        if len(self.keys) < self.capacity:
            self.keys.append(key)
            return False
        while self.keys[self.hand] in self.marked:
            self.marked.remove(self.keys[self.hand])
            self.hand = (self.hand + 1) % self.capacity
        self.keys[self.hand] = key
        self.hand = (self.hand + 1) % self.capacity
        return False


class Sieve(Twin):
    """Zhang et al. 2024, algorithm 1, on a list with the newest first."""

    def __init__(self, capacity: int) -> None:
        super().__init__(capacity)
        self.hand: Hashable | None = None
        self.visited: set[Hashable] = set()

    def access(self, key: Hashable) -> bool:
        if key in self.keys:
            self.visited.add(key)
            return True
        if len(self.keys) == self.capacity:
            place = len(self.keys) - 1
            if self.hand is not None:
                place = self.keys.index(self.hand)
            while self.keys[place] in self.visited:
                self.visited.remove(self.keys[place])
                place = place - 1 if place else len(self.keys) - 1
            self.hand = self.keys[place - 1] if place else None
            del self.keys[place]
        self.keys.insert(0, key)
        return False


class SLRU(Twin):
    """Karedla et al. 1994: a probationary and a protected segment, newest last."""

    def __init__(self, capacity: int) -> None:
        super().__init__(capacity)
        self.protected: list[Hashable] = []
        self.probation: list[Hashable] = []
        self.room = int(capacity * 0.8)

    def access(self, key: Hashable) -> bool:
        hit = key in self.keys
        for segment in (self.protected, self.probation):
            if key in segment:
                segment.remove(key)
        if not hit and len(self.probation) + len(self.protected) == self.capacity:
            (self.probation or self.protected).pop(0)
        (self.protected if hit else self.probation).append(key)
        if len(self.protected) > self.room:
            self.probation.append(self.protected.pop(0))
        self.keys = self.probation + self.protected
        return hit


class WTinyLFU(Twin):
    """Einziger et al. 2017 with exact counts, never halved, and a window of one."""

    def __init__(self, capacity: int) -> None:
        super().__init__(capacity)
        self.asked: Counter[Hashable] = Counter()
        self.window: list[Hashable] = []
        self.protected: list[Hashable] = []
        self.probation: list[Hashable] = []
        self.room = int((capacity - 1) * 0.8)

    def access(self, key: Hashable) -> bool:
        self.asked[key] += 1
        hit = key in self.keys
        if key in self.protected or key in self.probation:
            for segment in (self.protected, self.probation):
                if key in segment:
                    segment.remove(key)
            self.protected.append(key)
            if len(self.protected) > self.room:
                self.probation.append(self.protected.pop(0))
        elif not hit:
            if self.window:
                self.leave_window(self.window.pop())
            self.window = [key]
        self.keys = self.window + self.probation + self.protected
        return hit

    def leave_window(self, candidate: Hashable) -> None:
        main = self.probation or self.protected
        if len(self.probation) + len(self.protected) < self.capacity - 1:
            self.probation.append(candidate)
        elif main and self.asked[candidate] > self.asked[main[0]]:
            del main[0]
            self.probation.append(candidate)
