"""A queue takes what is too much for the moment. What does it give back, and when?

    capacity 1000/s, 1200/s come for 60 s, each client leaves after 5 s

    after 25 s   5,000 wait, who comes now waits 5 s: the last who is served in time
    after 60 s  12,000 wait, 12 s; all that was done since 30 s was done for nobody

The dam has held, and has turned a load into a delay. A queue that is bounded by the
clients' patience refuses some at once and serves the rest in time.

Source: Google SRE book, chapter 22 (queue management); Nichols and Jacobson 2012,
"Controlling Queue Delay", ACM Queue, for delay as the thing to bound.
Left out: random arrivals (these come evenly, so that the sums above are exact), CoDel
itself, retries (sdnotes.herd.storm). Chapter: docs/chapters/herd/.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

_SECOND_US = 1_000_000


@dataclass(frozen=True, slots=True)
class DamRun:
    """What became of the requests; times in milliseconds.

    ``late`` were served when their client had left; ``refused`` at the door;
    ``dropped`` when their turn came, unserved. ``backlog`` is how many waited at the
    beginning of each second, the first at place 0.
    """

    in_time: int
    late: int
    refused: int
    dropped: int
    longest_queue: int
    longest_wait_ms: int
    backlog: tuple[int, ...] = ()


def backlog(capacity_per_s: float, load_per_s: float, seconds: float) -> float:
    """Return how many wait after so long an overload: 0 if there is none."""
    return max(0, load_per_s - capacity_per_s) * seconds


def in_vain_after_s(
    capacity_per_s: float, load_per_s: float, patience_s: float
) -> float:
    """Return from when on who comes to a queue in order is served too late.

    Examples:
        >>> backlog(1000, 1200, 60), in_vain_after_s(1000, 1200, 5)
        (12000, 25.0)
    """
    if not load_per_s > capacity_per_s:
        raise ValueError(
            f"load_per_s={load_per_s!r} is not above {capacity_per_s!r}, the capacity"
        )
    return patience_s * capacity_per_s / (load_per_s - capacity_per_s)


def arrivals_us(phases: Sequence[tuple[int, int]]) -> list[int]:
    """Return even arrivals for phases of (requests a second, seconds).

    Examples:
        >>> arrivals_us([(2, 1), (1, 2)])
        [0, 500000, 1000000, 2000000]
    """
    times: list[int] = []
    start_s = 0
    for place, (per_s, seconds) in enumerate(phases):
        if min(per_s, seconds) < 0:
            raise ValueError(f"phases[{place}]={phases[place]!r} has a negative number")
        times += (
            start_s * _SECOND_US + n * _SECOND_US // per_s
            for n in range(per_s * seconds)
        )
        start_s += seconds
    return times


def run_dam(
    arrivals: Sequence[int],
    *,
    capacity_per_s: int,
    patience_ms: int,
    queue_limit: int | None = None,
    newest_first: bool = False,
    drop_late: bool = False,
) -> DamRun:
    """Return what becomes of requests that arrive at these microseconds, in order.

    ``queue_limit`` refuses at the door; ``drop_late``, at its turn, what would be late.
    """
    _from_1(capacity_per_s=capacity_per_s, patience_ms=patience_ms)
    if queue_limit is not None:
        _from_1(queue_limit=queue_limit)
    service_us, patience_us = _SECOND_US // capacity_per_s, patience_ms * 1000
    queue: deque[int] = deque()
    backlog_by_s: list[int] = []
    in_time = late = refused = dropped = longest = longest_wait_us = now_us = place = 0
    while place < len(arrivals) or queue:
        if not queue:
            now_us = max(now_us, arrivals[place])
        while place < len(arrivals) and arrivals[place] <= now_us:
            if queue_limit is not None and len(queue) >= queue_limit:
                refused += 1
            else:
                queue.append(arrivals[place])
            place += 1
        longest = max(longest, len(queue))
        while len(backlog_by_s) * _SECOND_US <= now_us:
            backlog_by_s.append(len(queue))
        arrived_us = queue.pop() if newest_first else queue.popleft()
        wait_us = now_us + service_us - arrived_us
        if drop_late and wait_us > patience_us:
            dropped += 1
            continue
        now_us += service_us
        longest_wait_us = max(longest_wait_us, wait_us)
        in_time += wait_us <= patience_us
        late += wait_us > patience_us
    longest_wait_ms = longest_wait_us // 1000
    return DamRun(
        in_time, late, refused, dropped, longest, longest_wait_ms, tuple(backlog_by_s)
    )


def _from_1(**named: int) -> None:
    for name, value in named.items():
        if value < 1:
            raise ValueError(f"{name}={value!r} is below 1")
