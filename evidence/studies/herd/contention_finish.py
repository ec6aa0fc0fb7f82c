"""Time until every client has written, by backoff, for four servers."""

from evidence.studies.herd import contention
from evidence.studies.herd.contention import CLIENTS, SEEDS, SERVERS_MS
from sdnotes.herd.contention import run_contention
from sdnotes.sim.intervals import mean_interval

CAPTION = (
    f"{CLIENTS} clients begin at once, and each changes one row. A number: seconds "
    "until the last one was done. A column: how long the server is busy with each "
    f"message; 0 is a server without limits. Means of {SEEDS} seeds; in brackets the "
    "95 % interval."
)
COLUMNS, CELLS = contention.COLUMNS, contention.CELLS


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
