"""How far from the truth may a number be that was measured on some seeds?

    7 of 100 runs overdrawn:  share 7 %, 95 % interval 3.4 to 13.7 %  (Wilson)
    5 samples 1 2 3 4 5:      mean 3, 95 % interval 3 +- 1.4          (normal)

Two policies whose intervals overlap are not told apart by those runs.

Source: Wilson 1927, "Probable Inference", JASA 22(158), for shares.
Left out: the t distribution: with the hundreds of runs used here it is the normal one.
To take away: share_interval, mean_interval.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

_Z95 = 1.959964  # the normal distribution's 97.5 % point


@dataclass(frozen=True, slots=True)
class Interval:
    """A measured value and the 95 % interval around it."""

    value: float
    low: float
    high: float

    def overlaps(self, other: "Interval") -> bool:
        """Return whether both intervals hold a common value."""
        return self.low <= other.high and other.low <= self.high

    def percent(self) -> str:
        """Return a share as ``7.0 (3.4 to 13.7)``, in percent."""
        value, low, high = (100 * x for x in (self.value, self.low, self.high))
        return f"{value:.1f} ({low:.1f} to {high:.1f})"


def share_interval(hits: int, trials: int) -> Interval:
    """Return the share of hits with its Wilson interval.

    Examples:
        >>> share_interval(7, 100).percent()
        '7.0 (3.4 to 13.7)'
    """
    if trials < 1:
        raise ValueError(f"trials={trials!r} is below 1")
    if not 0 <= hits <= trials:
        raise ValueError(f"hits={hits!r} is not 0 to {trials!r}, the trials")
    share = hits / trials
    weight = _Z95**2 / trials
    middle = (share + weight / 2) / (1 + weight)
    spread = share * (1 - share) / trials + weight / (4 * trials)
    half = _Z95 / (1 + weight) * math.sqrt(spread)
    # At no hits, and at hits only, one end is the share itself, but for rounding.
    low = 0.0 if hits == 0 else middle - half
    high = 1.0 if hits == trials else middle + half
    return Interval(share, low, high)


def mean_interval(samples: Sequence[float]) -> Interval:
    """Return the mean of independent samples with its normal interval."""
    count = len(samples)
    if count < 2:
        raise ValueError(f"samples={samples!r}: at least two are needed")
    mean = math.fsum(samples) / count
    variance = math.fsum((x - mean) ** 2 for x in samples) / (count - 1)
    half = _Z95 * math.sqrt(variance / count)
    return Interval(mean, mean - half, mean + half)
