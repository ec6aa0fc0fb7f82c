"""Which duration do 99 of 100 stay below? Means hide what the unlucky ones wait.

    ten durations: 1 1 1 1 1 1 1 1 1 91     mean 10     p50 1     p99 91

Source: nearest rank: the smallest sample that at least p percent do not exceed.
Left out: interpolation, which invents values that nobody measured.
"""

import math
from collections.abc import Sequence
from fractions import Fraction


def percentile(samples: Sequence[int], percent: float) -> int:
    """Return the nearest-rank percentile of the samples, in their unit.

    Raises ValueError for no samples, or a percent that is not above 0 up to 100.

    Examples:
        >>> waits_ms = [1, 1, 1, 1, 1, 1, 1, 1, 1, 91]
        >>> percentile(waits_ms, 50), percentile(waits_ms, 99)
        (1, 91)
    """
    if not samples:
        raise ValueError("samples=[]: at least one is needed")
    if not 0 < percent <= 100:
        raise ValueError(f"percent={percent!r} is not above 0, up to 100")
    # As it is written: the float 64.4 is a little more, and 250 samples one rank off.
    rank = math.ceil(len(samples) * Fraction(str(percent)) / 100)
    return sorted(samples)[rank - 1]
