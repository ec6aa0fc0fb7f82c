"""A thousand hosts do the same at the full hour. How does each get a time of its own?

    offset_s("host-0017", 3600)    always the same second of the hour for this host
    1000 hosts at :00              1000 in one second
    1000 hosts at their offsets    0 or 1 in most seconds, 3 in the busiest

And a cache that starts empty: each key misses once, the popular ones at once.

    after n requests a key asked with probability p has missed with 1 - (1 - p)**n

if a fetch takes no time, or those who come meanwhile share it (single-flight). Else all
who ask for the key until its first fetch is back miss as well.

Source: offsets from a hash of the name are what Puppet's `fqdn_rand` and Jenkins' `H`
give; `splay` of Puppet draws anew. The sums are ours.
Left out: clocks that differ, jobs that run longer than their period.
Chapter: docs/chapters/herd/.
To take away: offset_s.
"""

import hashlib
import math
from collections.abc import Sequence
from itertools import pairwise
from operator import mul


def offset_s(name: str, period_s: int) -> int:
    """Return this name's second in each period, the same on every machine.

    Not hash(): that differs from process to process.

    Examples:
        >>> offset_s("host-0017", 3600) == offset_s("host-0017", 3600)
        True
    """
    if period_s < 1:
        raise ValueError(f"period_s={period_s!r} is below 1")
    digest = hashlib.sha256(name.encode()).digest()
    return int.from_bytes(digest[:8], "big") % period_s


def zipf_probabilities(keys: int, exponent: float = 1.0) -> list[float]:
    """Return how probable each key is, the most popular first; they add up to 1."""
    if keys < 1:
        raise ValueError(f"keys={keys!r} is below 1")
    if not 0 <= exponent < math.inf:
        raise ValueError(f"exponent={exponent!r} is not 0 or more")
    weights = [1 / rank**exponent for rank in range(1, keys + 1)]
    total = math.fsum(weights)
    return [weight / total for weight in weights]


def misses_by_second(
    popularity: Sequence[float], requests_per_s: Sequence[int], *, warmed: int = 0
) -> list[int]:
    """Return the expected misses in each second, rounded; a ramp is a rising rate.

    The ``warmed`` most popular keys are there from the start. Nothing is evicted.

    Examples:
        >>> misses_by_second([0.5, 0.5], [1, 8]), misses_by_second([0.5, 0.5], [9])
        ([1, 1], [2])
    """
    if not 0 <= warmed <= len(popularity):
        raise ValueError(f"warmed={warmed!r} is not 0 to {len(popularity)}, the keys")
    others = [1 - p for p in popularity[warmed:]]  # that a request is for another key
    unasked = [1.0] * len(others)  # that nobody has asked for the key yet
    powers: dict[int, list[float]] = {}  # a rate that lasts is raised once
    before, found = float(len(others)), []
    for second, rate in enumerate(requests_per_s):
        if rate < 0:
            raise ValueError(f"requests_per_s[{second}]={rate!r} is negative")
        if rate not in powers:
            powers[rate] = [other**rate for other in others]
        unasked = list(map(mul, unasked, powers[rate]))
        after = math.fsum(unasked)
        found.append(round(before - after))
        before = after
    return found


def unshared_misses_by_second(
    popularity: Sequence[float],
    requests_per_s: Sequence[int],
    fetch_s: float,
    *,
    warmed: int = 0,
) -> list[int]:
    """Return the expected misses in each second, if each who misses fetches alone.

    A fetch takes ``fetch_s``, and until the first one of a key is back, all who ask for
    the key miss. Requests come at random (a Poisson process).

    Examples:
        >>> unshared_misses_by_second([1.0], [1000], 0.1)
        [101]
    """
    if not 0 < fetch_s < math.inf:
        raise ValueError(f"fetch_s={fetch_s!r} is not above 0")
    if not 0 <= warmed <= len(popularity):
        raise ValueError(f"warmed={warmed!r} is not 0 to {len(popularity)}, the keys")
    for second, rate in enumerate(requests_per_s):
        if rate < 0:
            raise ValueError(f"requests_per_s[{second}]={rate!r} is negative")
    seconds = len(requests_per_s)
    starts = sorted({*range(seconds), *(s + fetch_s for s in range(seconds))})
    found = [0.0] * seconds
    asked = 0.0  # requests, of whatever key, that came ``fetch_s`` ago or earlier
    for start_s, end_s in pairwise([*(s for s in starts if s < seconds), seconds]):
        now = requests_per_s[int(start_s)]
        then_s = start_s - fetch_s
        then = requests_per_s[int(then_s + 1e-9)] if then_s > -1e-9 else 0
        more = then * (end_s - start_s)
        for p in popularity[warmed:]:
            if then:
                gone = math.exp(-asked * p) - math.exp(-(asked + more) * p)
                found[int(start_s)] += now / then * gone
            else:  # nothing came back meanwhile: what was unfetched is so still
                unfetched = math.exp(-asked * p)
                found[int(start_s)] += now * p * (end_s - start_s) * unfetched
        asked += more
    return [round(count) for count in found]
