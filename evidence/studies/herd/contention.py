"""Calls until every client has written, by backoff, for four servers."""

from sdnotes.herd.contention import run_contention
from sdnotes.sim.intervals import mean_interval

CLIENTS, SEEDS = 100, 20
SERVERS_MS = (0, 2, 10, 20)
CAPTION = (
    f"{CLIENTS} clients begin at once, and each changes one row. A number: how many "
    "writes the server had to judge until all had written. A column: how long the "
    "server is busy with each message; 0 is a server without limits. Means of "
    f"{SEEDS} seeds; in brackets the 95 % interval."
)
COLUMNS = ("backoff", *(f"{ms} ms" for ms in SERVERS_MS))
CELLS = [
    {"backoff": backoff}
    for backoff in (
        "none",
        "exponential",
        "equal",
        "full",
        "full, doubled",
        "decorrelated",
    )
]


def _mean(samples: list[int]) -> str:
    mean = mean_interval(samples)
    return f"{mean.value:.0f} ({mean.low:.0f} to {mean.high:.0f})"


def cell(*, backoff: str) -> tuple[str, ...]:
    """Return the calls for each server."""
    return tuple(
        _mean(
            [
                run_contention(backoff, CLIENTS, seed=seed, service_us=ms * 1000).calls
                for seed in range(SEEDS)
            ]
        )
        for ms in SERVERS_MS
    )
