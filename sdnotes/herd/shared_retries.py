"""A shared call fails. Do those who waited join each other again when they retry?

    100 readers wait for one call, which fails after 1 ms; each tries three times
    no wait between the tries        all join the next call:    3 calls
    full jitter, up to 0.1 and 0.2 s most wake alone:         111 calls

A reader that wakes while a call is under way joins it; one that wakes when there is
none starts the next. So it depends on how long a failing call takes, and a failing call
is often quick.

Source: the model is ours. Left out: calls that succeed; retries inside of the call,
which all readers share. Builds on: sdnotes.herd.backoff, sdnotes.herd.budget.
Chapter: docs/chapters/herd/.
"""

import heapq
import random

from sdnotes.herd.backoff import constant, full_jitter
from sdnotes.herd.budget import RetryBudget


def calls_of_retries(
    readers: int,
    call_ms: float,
    *,
    tries: int = 3,
    jitter: bool = True,
    budget: RetryBudget | None = None,
    seed: int = 0,
) -> int:
    """Return how many calls are made when each reader retries outside of the flight.

    All ask at 0, and every call fails. The waits are full jitter from 0.1 to 2 s, or
    none. With a ``budget`` each reader notes a request, and asks it for each retry.

    Examples:
        >>> calls_of_retries(100, 1, jitter=False)
        3
    """
    if readers < 1:
        raise ValueError(f"readers={readers!r} is below 1")
    if tries < 1:
        raise ValueError(f"tries={tries!r} is below 1")
    if not call_ms > 0:
        raise ValueError(f"call_ms={call_ms!r} is not above 0")
    waits = [
        full_jitter(0.1, 2.0, random.Random(f"{seed}/{n}")) if jitter else constant(0)
        for n in range(readers)
    ]
    if budget is not None:
        for _ in range(readers):
            budget.note_request()
    asks = [(0.0, reader, 1) for reader in range(readers)]  # when, who, which try
    calls, ends_ms = 0, 0.0
    while asks:
        at_ms, reader, made = heapq.heappop(asks)
        if at_ms >= ends_ms:  # nobody's call is under way
            calls += 1
            ends_ms = at_ms + call_ms
        if made < tries and (budget is None or budget.may_retry()):
            again_ms = ends_ms + 1000 * next(waits[reader])
            heapq.heappush(asks, (again_ms, reader, made + 1))
    return calls
