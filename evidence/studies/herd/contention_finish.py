"""Time until every client has written, by backoff, for four servers."""

from sdnotes.herd.contention import run_contention
from sdnotes.sim.intervals import mean_interval

CLIENTS, SEEDS = 100, 20
SERVERS_MS = (0, 2, 10, 20)
CAPTION = (
    f"{CLIENTS} clients begin at once, and each changes one row. A number: seconds "
    "until the last one was done. A column: how long the server is busy with each "
    f"message; 0 is a server without limits. Means of {SEEDS} seeds; in brackets the "
    "95 % interval."
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


def _mean(samples: list[float]) -> str:
    mean = mean_interval(samples)
    return f"{mean.value:.1f} ({mean.low:.1f} to {mean.high:.1f})"


def cell(*, backoff: str) -> tuple[str, ...]:
    """Return the seconds for each server."""
    return tuple(
        _mean(
            [
                run_contention(
                    backoff, CLIENTS, seed=seed, service_us=ms * 1000
                ).finish_us
                / 1e6
                for seed in range(SEEDS)
            ]
        )
        for ms in SERVERS_MS
    )
