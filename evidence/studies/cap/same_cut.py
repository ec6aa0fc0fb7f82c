"""One cut under four settings of a quorum: who is answered, and what is still kept?"""

from sdnotes.cap.same_cut import CUT_MS, LENGTH_MS, REQUESTS, TIMEOUT_MS, WRITES, costs

RUNS = 1000
CAPTION = (
    f"A run of {LENGTH_MS} ms, with a cut from {CUT_MS[0]} to {CUT_MS[1]} ms: A and B "
    f"are left of it, C is right. Each of two clients makes {REQUESTS} requests at "
    f"random times, {WRITES:.0%} of them writes, and gives up after {TIMEOUT_MS} ms. "
    "Answered: requests begun during the cut. Linearizable, and no client's own view "
    f"going back: of all runs. {RUNS} random runs a row, the same requests for every "
    "setting; in brackets the 95 % interval."
)
COLUMNS = (
    "setting",
    "left answered, %",
    "right answered, %",
    "linearizable, %",
    "own view kept, %",
)
CELLS = [{"policy": p} for p in ("all copies", "majority", "any copy", "stand-ins")]


def cell(*, policy: str) -> tuple[str, ...]:
    """Return the four shares of one row."""
    found = costs(policy, RUNS)
    shares = (
        found.left_answered,
        found.right_answered,
        found.linearizable,
        found.sessions_kept,
    )
    return tuple(share.percent() for share in shares)
