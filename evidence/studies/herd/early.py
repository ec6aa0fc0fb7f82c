"""What refreshing early costs, by how long the key lives and how long a fetch takes."""

from sdnotes.herd.stampede import StampedeSetting, poisson_us, run_stampede
from sdnotes.sim.intervals import mean_interval

RATE, LIFETIMES, SEEDS = 1000, 4, 10
TTLS_MS = (200, 400, 1000, 4000)
FETCHES_MS = (25, 100)
CAPTION = (
    f"One key, read {RATE} times a second at random, for {LIFETIMES} of its lifetimes; "
    "ten fetches at once, the others wait. Calls: fetches in all of that time; waited: "
    "which percentage of the readers waited at all. Nothing: whoever misses fetches. "
    f"Early: XFetch with beta 1. Means of {SEEDS} seeds; in brackets the 95 % interval."
)
COLUMNS = (
    "fetch, ms",
    "lives, ms",
    "nothing: calls",
    "early: calls",
    "nothing: waited, %",
    "early: waited, %",
)
CELLS = [
    {"fetch_ms": fetch_ms, "ttl_ms": ttl_ms}
    for fetch_ms in FETCHES_MS
    for ttl_ms in TTLS_MS
]


def _mean(samples: list[float], digits: int = 0) -> str:
    mean = mean_interval(samples)
    numbers = (f"{x:.{digits}f}" for x in (mean.value, mean.low, mean.high))
    return "{} ({} to {})".format(*numbers)


def cell(*, fetch_ms: int, ttl_ms: int) -> tuple[str, ...]:
    """Return calls and the share of readers who waited, for both."""
    setting = StampedeSetting(ttl_ms=ttl_ms, origin_ms=fetch_ms)
    runs = {
        strategy: [
            run_stampede(
                strategy,
                poisson_us(RATE, LIFETIMES * ttl_ms, seed),
                setting=setting,
                seed=seed,
            )
            for seed in range(SEEDS)
        ]
        for strategy in ("nothing", "early")
    }
    calls = [_mean([run.origin_calls for run in played]) for played in runs.values()]
    waited = [
        _mean(
            [100 * sum(w > 0 for w in r.waits_us) / len(r.waits_us) for r in played], 1
        )
        for played in runs.values()
    ]
    return *calls, *waited
