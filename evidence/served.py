"""The share of requests that were served in spans after a moment, as a table's cells.

    98 (97 to 99)    a mean over seeds and its 95 % interval, in percent
    100              where the interval is narrower than half a point

Left out: shares that need more digits.
"""

from collections.abc import Iterable, Sequence

from sdnotes.herd import StormRun
from sdnotes.sim.intervals import mean_interval


def shares_after(
    moment_s: int, spans_s: Iterable[tuple[int, int]], runs: Sequence[StormRun]
) -> tuple[str, ...]:
    """Return a cell for each span, which begins and ends so long after the moment."""
    shares = []
    for from_s, to_s in spans_s:
        samples = [
            100 * run.share_served(moment_s + from_s, moment_s + to_s) for run in runs
        ]
        mean = mean_interval(samples)
        low, high = max(0.0, mean.low), min(100.0, mean.high)
        spread = f" ({low:.0f} to {high:.0f})" if high - low > 0.5 else ""
        shares.append(f"{mean.value:.0f}{spread}")
    return tuple(shares)
