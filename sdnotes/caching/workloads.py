"""Traces to try a cache on: lists of keys, each the same for the same seed.

    zipf        few keys are asked for often, many seldom: the web, most of the time
    loop        0 1 2 ... n-1 0 1 2 ...: a table read again and again
    with_scan   zipf, and in the middle many keys that nobody asks for twice: a backup
    beside_scan zipf, and after each request one for such a key
    shifting    zipf, but who is popular changes: news

Keys are whole numbers. In ``zipf``, key k is asked for in proportion to 1 / (k+1)**s.

Source: Breslau, Cao, Fan, Phillips, Shenker 1999, "Web caching and Zipf-like
distributions", INFOCOM: s between 0.64 and 0.83 in six traces of the web.
Left out: requests that depend on each other, sizes, times.
Chapter: docs/chapters/caching/.
"""

import random
from bisect import bisect_right
from itertools import accumulate

_UNITS = 10**9


def zipf(
    requests: int, *, keys: int, s: float = 1.0, rng: random.Random, first: int = 0
) -> list[int]:
    """Return requests for keys first, first+1, ..., the earlier the more popular.

    Weights are whole numbers, so that every platform draws the same.

    Examples:
        >>> zipf(8, keys=100, rng=random.Random(1))
        [0, 45, 29, 1, 6, 5, 15, 33]
    """
    _at_least(0, requests=requests)
    _at_least(1, keys=keys)
    if not 0 <= s <= 4:
        raise ValueError(f"s={s!r} is not between 0 and 4")
    sums = list(accumulate(1 + int(_UNITS / k**s) for k in range(1, keys + 1)))
    draw = rng.random
    return [first + bisect_right(sums, int(draw() * sums[-1])) for _ in range(requests)]


def loop(requests: int, *, keys: int) -> list[int]:
    """Return requests for 0, 1, ..., keys - 1 and around again.

    Examples:
        >>> loop(7, keys=3)
        [0, 1, 2, 0, 1, 2, 0]
    """
    _at_least(0, requests=requests)
    _at_least(1, keys=keys)
    return [number % keys for number in range(requests)]


def with_scan(
    requests: int, *, keys: int, scan: int, s: float = 1.0, rng: random.Random
) -> list[int]:
    """Return zipf's requests, with ``scan`` other keys, once each, in the middle.

    Examples:
        >>> with_scan(4, keys=10, scan=3, rng=random.Random(1))
        [0, 6, 10, 11, 12, 4, 0]
    """
    _at_least(0, scan=scan)
    trace = zipf(requests, keys=keys, s=s, rng=rng)
    half = len(trace) // 2
    return [*trace[:half], *range(keys, keys + scan), *trace[half:]]


def beside_scan(
    requests: int, *, keys: int, s: float = 1.0, rng: random.Random
) -> list[int]:
    """Return zipf's requests, each followed by one for a new key: -1, -2, ...

    Examples:
        >>> beside_scan(3, keys=10, rng=random.Random(1))
        [0, -1, 6, -2, 4, -3]
    """
    trace = zipf(requests, keys=keys, s=s, rng=rng)
    return [key for number, each in enumerate(trace, 1) for key in (each, -number)]


def shifting(
    requests: int, *, keys: int, phases: int, s: float = 1.0, rng: random.Random
) -> list[int]:
    """Return zipf's requests in equal phases, each with popular keys of its own.

    Examples:
        >>> shifting(6, keys=100, phases=2, s=2.0, rng=random.Random(1))
        [0, 3, 1, 100, 100, 100]
    """
    _at_least(0, requests=requests)
    _at_least(1, phases=phases)
    cuts = [requests * phase // phases for phase in range(phases + 1)]
    trace: list[int] = []
    for phase in range(phases):
        some = cuts[phase + 1] - cuts[phase]
        trace += zipf(some, keys=keys, s=s, rng=rng, first=phase * keys)
    return trace


def _at_least(lowest: int, **named: int) -> None:
    for name, value in named.items():
        if not isinstance(value, int) or isinstance(value, bool) or value < lowest:
            raise ValueError(f"{name}={value!r} is not a whole number from {lowest} up")
