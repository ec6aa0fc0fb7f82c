"""How long to wait before the next try: five schedules, as iterators of seconds.

    k            0     1     2     3     4         base_s=0.1, cap_s=1.0
    ceiling e  0.1   0.2   0.4   0.8   1.0  s      min(cap_s, base_s * 2**k)
    exponential  e                                 everybody comes back together
    full         anything from 0 to e              mean e / 2
    equal        e / 2, and anything up to e / 2   mean 3 e / 4
    decorrelated anything from base_s to 3 times the wait before, at most cap_s
                 mean base_s * (2 * 1.5**(k + 1) - 1) while the cap is far

The exponent counts waits from 0, so the first ceiling is ``base_s``. The simulator of
the AWS article begins at 1: its first ceiling is 2 * base_s. ``first_exponent=1`` is
that schedule.

Source: Brooker 2015, "Exponential Backoff And Jitter", AWS Architecture Blog; its
simulator for the exponent. The means are ours.
Left out: adaptive schedules. Chapter: docs/chapters/herd/.
To take away: full_jitter, equal_jitter, decorrelated_jitter.
"""

import math
import random
from collections.abc import Iterator


def _checked(base_s: float, cap_s: float, first_exponent: int = 0) -> None:
    if not 0 < base_s < math.inf:
        raise ValueError(f"base_s={base_s!r} is not above 0")
    if not base_s <= cap_s < math.inf:
        raise ValueError(f"cap_s={cap_s!r} is not {base_s!r}, the base, or more")
    if first_exponent < 0:
        raise ValueError(f"first_exponent={first_exponent!r} is negative")


def _ceilings(base_s: float, cap_s: float, first_exponent: int) -> Iterator[float]:
    # Doubling stops at the cap: 2.0 ** k would overflow after a thousand waits.
    ceiling_s = base_s
    for _ in range(first_exponent):
        ceiling_s = min(cap_s, 2 * ceiling_s)
    while True:
        yield ceiling_s
        ceiling_s = min(cap_s, 2 * ceiling_s)


def constant(delay_s: float) -> Iterator[float]:
    """Return the same wait for ever; 0 is no backoff at all.

    Examples:
        >>> from itertools import islice
        >>> list(islice(constant(0.5), 3))
        [0.5, 0.5, 0.5]
    """
    if not 0 <= delay_s < math.inf:
        raise ValueError(f"delay_s={delay_s!r} is not 0 or more")

    def delays() -> Iterator[float]:
        while True:
            yield delay_s

    return delays()


def exponential(
    base_s: float, cap_s: float, *, first_exponent: int = 0
) -> Iterator[float]:
    """Return waits that double up to a cap, without chance.

    Examples:
        >>> from itertools import islice
        >>> list(islice(exponential(1, 10), 6))
        [1, 2, 4, 8, 10, 10]
        >>> list(islice(exponential(1, 10, first_exponent=1), 4))
        [2, 4, 8, 10]
    """
    _checked(base_s, cap_s, first_exponent)
    return _ceilings(base_s, cap_s, first_exponent)


def full_jitter(
    base_s: float, cap_s: float, rng: random.Random, *, first_exponent: int = 0
) -> Iterator[float]:
    """Return waits drawn evenly from 0 to the exponential ceiling.

    Examples:
        >>> waits = full_jitter(1, 10, random.Random(7))
        >>> [round(next(waits), 2) for _ in range(4)]
        [0.32, 0.3, 2.6, 0.58]
    """
    _checked(base_s, cap_s, first_exponent)
    return (rng.uniform(0, e) for e in _ceilings(base_s, cap_s, first_exponent))


def equal_jitter(
    base_s: float, cap_s: float, rng: random.Random, *, first_exponent: int = 0
) -> Iterator[float]:
    """Return waits drawn evenly from half the exponential ceiling to all of it."""
    _checked(base_s, cap_s, first_exponent)
    return (
        e / 2 + rng.uniform(0, e / 2) for e in _ceilings(base_s, cap_s, first_exponent)
    )


def decorrelated_jitter(
    base_s: float, cap_s: float, rng: random.Random
) -> Iterator[float]:
    """Return waits drawn evenly from the base to three times the wait before.

    The wait before the first is taken to be ``base_s``.
    """
    _checked(base_s, cap_s)

    def delays() -> Iterator[float]:
        delay_s = base_s
        while True:
            delay_s = min(cap_s, rng.uniform(base_s, 3 * delay_s))
            yield delay_s

    return delays()


def ceiling_s(k: int, base_s: float, cap_s: float) -> float:
    """Return the exponential ceiling of wait ``k``, counted from 0.

    Examples:
        >>> [ceiling_s(k, 0.1, 1.0) for k in (0, 1, 3, 4, 5000)]
        [0.1, 0.2, 0.8, 1.0, 1.0]
    """
    _checked(base_s, cap_s)
    if k < 0:
        raise ValueError(f"k={k!r} is negative")
    if k > math.log2(cap_s / base_s):
        return cap_s
    return min(cap_s, math.ldexp(base_s, k))


def mean_full_s(k: int, base_s: float, cap_s: float) -> float:
    """Return the expected wait ``k`` under full jitter: half the ceiling."""
    return ceiling_s(k, base_s, cap_s) / 2


def mean_equal_s(k: int, base_s: float, cap_s: float) -> float:
    """Return the expected wait ``k`` under equal jitter: three quarters of it."""
    return ceiling_s(k, base_s, cap_s) * 3 / 4


def mean_decorrelated_s(k: int, base_s: float) -> float:
    """Return the expected wait ``k`` under decorrelated jitter without a cap.

    Each mean is half of base_s plus 1.5 times the one before: it grows by half a
    step, where the other ceilings double. With a cap the mean is smaller.

    Examples:
        >>> [mean_decorrelated_s(k, 1.0) for k in range(4)]
        [2.0, 3.5, 5.75, 9.125]
    """
    _checked(base_s, base_s)
    if k < 0:
        raise ValueError(f"k={k!r} is negative")
    return float(base_s * (2 * 1.5 ** (k + 1) - 1))
