"""Clients that failed together: when do they come back?

A service is down for a while, and all its clients fail at 0. Each tries again by its
backoff until it is up; a try while it is down fails at once:

    exponential   0.1, 0.3, 0.7, 1.5 s: everybody, at the same four moments
    full jitter   spread out, most of them early: the first waits are short

Where the clients wait for a fixed time and not for a failure (a server restarts and a
hundred thousand connections come back), the same holds: ``reconnect_times_s`` draws
each client's time from a window, and the window divided by the number of clients is
the gap that the server must bear.

Source: Brooker 2015, "Exponential Backoff And Jitter", AWS Architecture Blog.
Left out: what the tries cost the service (sdnotes.herd.storm).
Builds on: sdnotes.herd.backoff. Chapter: docs/chapters/herd/.
"""

import math
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from sdnotes.herd.backoff import (
    decorrelated_jitter,
    equal_jitter,
    exponential,
    full_jitter,
)

Backoff = Callable[[random.Random], Iterator[float]]
"""Makes one client's waits, in seconds."""


def backoffs(base_s: float = 0.1, cap_s: float = 10.0) -> dict[str, Backoff]:
    """Return the four schedules by name, each with the same base and cap."""
    return {
        "exponential": lambda _: exponential(base_s, cap_s),
        "equal": lambda rng: equal_jitter(base_s, cap_s, rng),
        "full": lambda rng: full_jitter(base_s, cap_s, rng),
        "decorrelated": lambda rng: decorrelated_jitter(base_s, cap_s, rng),
    }


def retry_times_s(
    backoff: Backoff, clients: int, *, down_s: float, seed: int = 0
) -> list[float]:
    """Return when the retries arrive, in order, up to each client's first success.

    All clients fail at 0; what arrives before ``down_s`` fails too, at once.

    Examples:
        >>> backoff = backoffs()["exponential"]
        >>> [round(t, 1) for t in retry_times_s(backoff, 2, down_s=0.5)]
        [0.1, 0.1, 0.3, 0.3, 0.7, 0.7]
    """
    if clients < 1:
        raise ValueError(f"clients={clients!r} is below 1")
    if not 0 <= down_s < math.inf:
        raise ValueError(f"down_s={down_s!r} is not 0 or more")
    arrivals: list[float] = []
    for client in range(clients):
        waits = backoff(random.Random(f"{seed}/{client}"))
        at_s = 0.0
        while True:
            at_s += next(waits)
            arrivals.append(at_s)
            if at_s >= down_s:
                break
    return sorted(arrivals)


def counts(times_s: Iterable[float], window_s: float) -> dict[int, int]:
    """Return how many times fall into each window, by its number, in order."""
    if not window_s > 0:
        raise ValueError(f"window_s={window_s!r} is not above 0")
    return dict(sorted(Counter(int(t / window_s) for t in times_s).items()))


def busiest(times_s: Iterable[float], window_s: float = 1.0) -> int:
    """Return the most times that fall into one window; 0 if there are none.

    Examples:
        >>> busiest([0.1, 0.2, 1.5])
        2
    """
    return max(counts(times_s, window_s).values(), default=0)


def reconnect_times_s(clients: int, window_s: float, seed: int = 0) -> list[float]:
    """Return when clients come back that each draw a time from the window, in order."""
    if clients < 0:
        raise ValueError(f"clients={clients!r} is negative")
    if not 0 <= window_s < math.inf:
        raise ValueError(f"window_s={window_s!r} is not 0 or more")
    rng = random.Random(f"{seed}/reconnects")
    return sorted(rng.uniform(0, window_s) for _ in range(clients))
