"""Does the same cut come out alike when its requests are fewer, or more are writes?"""

from sdnotes.cap.same_cut import LENGTH_MS, POLICIES, costs

RUNS = 400
CAPTION = (
    "Runs that are linearizable, in percent of all, as in the table above, for other "
    f"requests: how many each client makes in the {LENGTH_MS} ms, and how many percent "
    f"of them are writes. {RUNS} random runs a cell; in brackets the 95 % interval."
)
COLUMNS = ("requests of a client", "writes, %", *POLICIES)
CELLS = [
    {"requests": requests, "writes": writes}
    for requests, writes in ((6, 50), (12, 50), (24, 50), (48, 50), (24, 10), (24, 90))
]


def cell(*, requests: int, writes: int) -> tuple[str, ...]:
    """Return the share of linearizable runs under each setting."""
    return tuple(
        costs(policy, RUNS, requests, writes / 100).linearizable.percent()
        for policy in POLICIES
    )
