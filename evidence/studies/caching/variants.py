"""Two policies, and the same two as others define them: what does that change?

CLOCK whose newcomers come in marked, and S3-FIFO by the algorithm printed in its paper.
"""

import random
from collections.abc import Callable
from typing import Any

from sdnotes.caching import (
    Cache,
    ClockCache,
    LRUCache,
    S3FIFOCache,
    loop,
    replay,
)
from sdnotes.caching.comparison import CAPACITY, IN_WORDS, WORKLOADS

SEEDS = 15
LOOPS = (110,)
CAPTION = (
    f"Hits, % of the counted requests, from an empty cache with room for {CAPACITY} "
    f"entries, the mean of {SEEDS} traces; the last column a loop over {LOOPS[0]} "
    f"keys. {IN_WORDS}"
)
COLUMNS = ("policy", *WORKLOADS, f"loop of {LOOPS[0]}")


class PrintedS3FIFO(S3FIFOCache[int, Any]):
    """S3-FIFO as algorithm 1 of the paper has it.

    All enters small, while the cache fills too; room is made before the ghosts are
    asked; what moves to a main queue that is full pushes out another there.
    """

    def _admit(self, key: int) -> int | None:
        victim = self._evict() if len(self._values) >= self.capacity else None
        came_back = key in self._ghost
        if came_back:
            del self._ghost[key]
        (self._main if came_back else self._small).append(key)
        self._uses[key] = 0
        return victim

    def _evict(self) -> int:
        if len(self._small) < self._small_room:
            return self._evict_from_main()
        while self._small:
            key = self._small.popleft()
            if self._uses[key] < 2:
                del self._uses[key]
                self._ghost[key] = None
                if len(self._ghost) > self._ghost_room:
                    self._ghost.popitem(last=False)
                return key
            self._uses[key] = 0
            self._main.append(key)
            if len(self._main) > self._main_room:
                return self._evict_from_main()
        return self._evict_from_main()

    def _evict_from_main(self) -> int:
        while True:
            key = self._main.popleft()
            if not self._uses[key]:
                del self._uses[key]
                return key
            self._main.append(key)
            self._uses[key] -= 1


MAKE: dict[str, Callable[[int], Cache[int, Any]]] = {
    "LRU, to compare": LRUCache,
    "CLOCK": ClockCache,
    "CLOCK, newcomers marked": lambda room: ClockCache(room, marks_newcomers=True),
    "S3-FIFO": S3FIFOCache,
    "S3-FIFO, as printed": PrintedS3FIFO,
}
CELLS = [{"policy": policy} for policy in MAKE]


def make(policy: str) -> Cache[int, Any]:
    """Return an empty cache of one of the policies."""
    cache: Cache[int, Any] = MAKE[policy](CAPACITY)
    return cache


def cell(*, policy: str) -> tuple[str, ...]:
    """Return the hit ratios of one policy on all workloads."""
    found = []
    for name, workload in WORKLOADS.items():
        hits = counted = 0
        for seed in range(SEEDS):
            trace = workload(random.Random(f"{name}/{seed}"))
            hits += replay(make(policy), trace).hits
            counted += sum(key >= 0 for key in trace)
        found.append(f"{100 * hits / counted:.1f}")
    trace = loop(5_000, keys=LOOPS[0])
    return (*found, f"{100 * replay(make(policy), trace).hit_ratio:.1f}")
