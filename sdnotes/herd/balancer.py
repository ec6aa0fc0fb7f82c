"""Send each request to the server with the fewest under way. Which one is that?

    servers 1, 2, 3    100 ms a request
    server 4             1 ms, and an error each time

    requests a second     5     30     80     320      come at random
    to server 4, %       ~28    ~48    ~69    ~85      a fair share would be 25

Who fails at once always has the fewest under way, and so gets the most: the balancer
makes the herd. It cannot remove one either: requests for one hot key, one lock or one
row meet behind the servers, however evenly they are spread over them.

Source: Google SRE book, chapter 20, "Load Balancing in the Datacenter", where it is
called sinkholing of traffic; the model is ours.
Left out: health checks, ejecting a server, slow start.
Builds on: sdnotes.sim. Chapter: docs/chapters/herd/.
"""

import heapq
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

from sdnotes.sim import Chance


@dataclass(frozen=True, slots=True)
class BalancerRun:
    """How many requests each server got, in the order of the servers."""

    sent: tuple[int, ...]


def run_balancer(
    service_ms: Sequence[int],
    requests: int,
    *,
    rate_per_s: float = 20.0,
    seed: int = 0,
) -> BalancerRun:
    """Send each request to a server with the fewest under way, and return the run.

    Requests come at random, ``rate_per_s`` on average, and a server works on all that
    it has at once, each for its time. Ties are broken by chance.

    Examples:
        >>> run_balancer([100, 100], 10, rate_per_s=1000)
        BalancerRun(sent=(5, 5))
    """
    if not service_ms or min(service_ms) < 1:
        raise ValueError(f"service_ms={service_ms!r} is not one time or more, from 1")
    if requests < 0:
        raise ValueError(f"requests={requests!r} is negative")
    if not 0 < rate_per_s < math.inf:
        raise ValueError(f"rate_per_s={rate_per_s!r} is not above 0")
    chance = Chance(f"{seed}/arrivals")
    rng = random.Random(seed)
    busy, sent = [0] * len(service_ms), [0] * len(service_ms)
    done: list[tuple[int, int]] = []
    now_us = 0
    for _ in range(requests):
        now_us += chance.exponential_us(1e6 / rate_per_s)
        while done and done[0][0] <= now_us:
            busy[heapq.heappop(done)[1]] -= 1
        fewest = min(busy)
        server = rng.choice([s for s, count in enumerate(busy) if count == fewest])
        busy[server] += 1
        sent[server] += 1
        heapq.heappush(done, (now_us + service_ms[server] * 1000, server))
    return BalancerRun(tuple(sent))
