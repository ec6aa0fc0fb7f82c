"""Each layer retries the one below. How often is the lowest called for one request?

    browser -> gateway -> service -> database, which is down; three of them retry
    1 request   4 tries each     4 * 4 * 4 = 64 calls to the database
    only the topmost retries     4
    each with a budget of 10 %   1.1 * 1.1 * 1.1 = 1.3 on average

And in a database that fails half of its calls, the layers above hardly notice, while
it does twice the work. The calls are made with sdnotes.herd.retrying, and counted.

Source: Google SRE book, chapters 21 and 22 (retries in layers, retry budgets).
Left out: time: nobody waits here.
Builds on: sdnotes.herd.retrying, sdnotes.herd.budget. Chapter: docs/chapters/herd/.
"""

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sdnotes.herd.backoff import constant
from sdnotes.herd.budget import RetryBudget
from sdnotes.herd.retrying import retry


class DatabaseDownError(ConnectionError):
    """The lowest layer failed: definite, and the same call may be made again."""


@dataclass(frozen=True, slots=True)
class LayersRun:
    """What the requests cost the lowest layer, and how many failed in the end."""

    requests: int
    calls: int
    failed: int

    @property
    def calls_per_request(self) -> float:
        """Return the amplification, to two places."""
        return round(self.calls / self.requests, 2)


def run_layers(
    tries: Sequence[int],
    *,
    failing: float = 1.0,
    requests: int = 1,
    budget_percent: int | None = None,
    seed: int = 0,
) -> LayersRun:
    """Return the calls that requests cause through layers with so many tries each.

    ``tries`` are the layers' limits, topmost first; 1 is a layer that does not retry.
    The lowest layer fails each call with probability ``failing``. With a
    ``budget_percent`` each layer has a RetryBudget of its own.

    Examples:
        >>> run_layers([4, 4, 4]).calls, run_layers([4, 1, 1]).calls
        (64, 4)
    """
    if requests < 1:
        raise ValueError(f"requests={requests!r} is below 1")
    if not 0 <= failing <= 1:
        raise ValueError(f"failing={failing!r} is not between 0 and 1")
    rng = random.Random(seed)
    calls = 0

    def database() -> None:
        nonlocal calls
        calls += 1
        if rng.random() < failing:
            raise DatabaseDownError

    call: Callable[[], None] = database
    for limit in reversed(tries):
        call = _layer(call, limit, budget_percent)
    failed = 0
    for _ in range(requests):
        try:
            call()
        except DatabaseDownError:
            failed += 1
    return LayersRun(requests, calls, failed)


def _layer(
    below: Callable[[], None], tries: int, percent: int | None
) -> Callable[[], None]:
    budget = None if percent is None else RetryBudget(percent=percent)

    def call() -> None:
        retry(
            below,
            on=DatabaseDownError,
            delays=constant(0),
            sleep=lambda _: None,
            now=lambda: 0.0,
            tries=tries,
            budget=budget,
        )

    return call


def expected_calls(tries: Sequence[int], failing: float) -> float:
    """Return the expected calls to the lowest layer for one request.

    A layer whose calls fail with probability q makes (1 - q**n) / (1 - q) of them, and
    fails with q**n itself.

    Examples:
        >>> expected_calls([4, 4, 4], 1.0), expected_calls([4, 4, 4], 0.5)
        (64.0, 2.0)
    """
    product = 1.0
    for limit in reversed(tries):
        product *= math.fsum(failing**n for n in range(limit))
        failing **= limit
    return product
