"""Calls and time until every client has written, by backoff, clients and server."""

from sdnotes.herd.contention import run_contention
from sdnotes.sim.intervals import mean_interval

CAPTION = (
    "Clients that begin at once and each change one row. Calls: writes, of which all "
    "but one a client were refused. Finish: when the last was done. Server: how long "
    "it is busy with each message; 0 is the article's, without limits. Means of 30 "
    "seeds; in brackets the 95 % interval."
)
COLUMNS = ("server, ms", "clients", "backoff", "calls", "finish, ms")
CELLS = [
    {"service_ms": service_ms, "clients": clients, "backoff": backoff}
    for service_ms in (0, 2)
    for clients in (20, 100)
    for backoff in ("none", "exponential", "equal", "full", "decorrelated")
]
SEEDS = 30


def _mean(samples: list[int]) -> str:
    mean = mean_interval(samples)
    return f"{mean.value:.0f} ({mean.low:.0f} to {mean.high:.0f})"


def cell(*, service_ms: int, clients: int, backoff: str) -> tuple[str, str]:
    """Return the calls and the time to finish of one row."""
    runs = [
        run_contention(backoff, clients, seed=seed, service_us=service_ms * 1000)
        for seed in range(SEEDS)
    ]
    return _mean([run.calls for run in runs]), _mean([run.finish_ms for run in runs])
