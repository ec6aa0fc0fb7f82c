"""Refresh a hot key before it expires, with a probability that grows towards the end.

    expiry at 60 s, fetching takes delta_s = 1 s, beta = 1; who reads at t refreshes
    with probability exp(-(60 - t) / (beta * delta_s)):

    t            50        55        58       59       60
    probability  0.00005   0.007     0.14     0.37     1

Each reader draws for itself; nobody is told to. A key that is read often is refreshed
early, one that is read seldom hardly ever. Where reads come at random, ``rate`` a
second, and n = rate * beta * delta_s is large:

    the first refresh begins about beta * delta_s * (ln n + 0.577) before the expiry
    none is back before the expiry with probability exp(-n * exp(-1 / beta))
    exp(1 / beta) readers refresh: the first, and those who draw while it fetches

So it needs no lock, and it is not single-flight: at beta = 1 it costs 2.7 fetches. A
fetch that begins less than delta_s before the expiry comes back too late for those who
read in between: they miss, and fetch as well.

Source: Vattani, Chierichetti, Lowenstein 2015, "Optimal Probabilistic Cache Stampede
Prevention", PVLDB 8(8), where it is XFetch. The closed forms above are ours.
Left out: measuring delta_s, which belongs to whoever fetches; storing what comes, which
may by then be older than what is there (sdnotes.herd.refreshing tells).
Chapter: docs/chapters/herd/.
To take away: refresh_now.
"""

import math
import random

_EULER = 0.5772156649015329  # the mean of the standard Gumbel distribution


def _checked(delta_s: float, beta: float) -> float:
    if not 0 <= delta_s < math.inf:
        raise ValueError(f"delta_s={delta_s!r} is not 0 or more")
    if not 0 < beta < math.inf:
        raise ValueError(f"beta={beta!r} is not above 0")
    return delta_s * beta


def lead_s(delta_s: float, rng: random.Random, *, beta: float = 1.0) -> float:
    """Return how long before the expiry this reader would refresh: one draw.

    Exponentially distributed with mean ``beta * delta_s``; ``delta_s`` is how long the
    last fetch took.
    """
    # 1 - random() is above 0, whose logarithm does not exist.
    return -_checked(delta_s, beta) * math.log(1 - rng.random())


def refresh_now(
    now_s: float,
    expiry_s: float,
    delta_s: float,
    rng: random.Random,
    *,
    beta: float = 1.0,
) -> bool:
    """Return whether this reader should fetch anew; always, from the expiry on.

    Examples:
        >>> rng = random.Random(1)
        >>> sum(refresh_now(59, 60, 1, rng) for _ in range(1000))  # exp(-1) is 0.368
        385
        >>> refresh_now(60, 60, 1, rng), refresh_now(0, 60, 1, rng)
        (True, False)
    """
    return now_s + lead_s(delta_s, rng, beta=beta) >= expiry_s


def refresh_probability(before_s: float, delta_s: float, *, beta: float = 1.0) -> float:
    """Return the probability that one reader, so long before the expiry, refreshes."""
    mean_s = _checked(delta_s, beta)
    if before_s <= 0:
        return 1.0
    return math.exp(-before_s / mean_s) if mean_s else 0.0


def mean_lead_s(rate_per_s: float, delta_s: float, *, beta: float = 1.0) -> float:
    """Return how long before the expiry the first refresh comes, on average.

    For reads at random, and ``rate_per_s * beta * delta_s`` well above 1.

    Examples:
        >>> round(mean_lead_s(100, 1), 2)
        5.18
    """
    mean_s = _checked(delta_s, beta)
    if not mean_s > 0:
        raise ValueError(f"delta_s={delta_s!r} is not above 0")
    if not 0 < rate_per_s < math.inf:
        raise ValueError(f"rate_per_s={rate_per_s!r} is not above 0")
    return mean_s * (math.log(rate_per_s * mean_s) + _EULER)


def missed_probability(
    rate_per_s: float, delta_s: float, *, beta: float = 1.0
) -> float:
    """Return the probability that no refresh is back before the expiry.

    One must have begun ``delta_s`` before it: the readers before that moment count,
    and each of them draws ``beta * delta_s`` on average.

    Examples:
        >>> [round(missed_probability(rate, 1), 3) for rate in (1, 3, 10)]
        [0.692, 0.332, 0.025]
    """
    if not 0 <= rate_per_s < math.inf:
        raise ValueError(f"rate_per_s={rate_per_s!r} is not 0 or more")
    return math.exp(-rate_per_s * _checked(delta_s, beta) * math.exp(-1 / beta))


def mean_refreshes(beta: float = 1.0) -> float:
    """Return how many readers refresh, on average, when reads are frequent.

    Examples:
        >>> [round(mean_refreshes(beta), 2) for beta in (0.5, 1.0, 2.0)]
        [7.39, 2.72, 1.65]
    """
    _checked(0.0, beta)
    return math.exp(1 / beta)
