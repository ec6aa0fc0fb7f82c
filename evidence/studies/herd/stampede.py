"""What one hot key's expiry costs, by strategy and by number of processes."""

from sdnotes.herd.stampede import STRATEGIES, StampedeSetting, poisson_us, run_stampede
from sdnotes.sim.intervals import mean_interval

CAPTION = (
    "One key, read 1000 times a second at random for 2.5 s; it lives for 1 s, and a "
    "fetch takes 100 ms, ten at once. Calls: fetches. p99: the wait that 99 of 100 "
    "readers stay below. Stale: readers who got a value past its time. Means of 20 "
    "seeds; in brackets the 95 % interval. Locks and flights are each process's own."
)
COLUMNS = ("processes", "strategy", "calls", "p99, ms", "stale, %")
CELLS = [
    {"processes": processes, "strategy": strategy}
    for processes in (1, 10)
    for strategy in STRATEGIES
]
SEEDS = 20


def _mean(samples: list[float], digits: int) -> str:
    mean = mean_interval(samples)
    if mean.low == mean.high:
        return f"{mean.value:.{digits}f}"
    numbers = (f"{x:.{digits}f}" for x in (mean.value, mean.low, mean.high))
    return "{} ({} to {})".format(*numbers)


def cell(*, processes: int, strategy: str) -> tuple[str, str, str]:
    """Return the calls, the wait and the stale answers of one row."""
    runs = [
        run_stampede(
            strategy,
            poisson_us(1000, 2500, seed),
            setting=StampedeSetting(processes=processes),
            seed=seed,
        )
        for seed in range(SEEDS)
    ]
    return (
        _mean([run.origin_calls for run in runs], 1),
        _mean([run.wait_ms(99) for run in runs], 0),
        _mean([100 * run.stale_answers / len(run.waits_us) for run in runs], 1),
    )
