"""One cut under four settings of a quorum: who is answered, and what is still kept?"""

from sdnotes.cap.same_cut import costs

CAPTION = (
    "A cut of one second: A and B are left of it, C is right. Answered: requests begun "
    "during the cut. Linearizable, and no client's own view going back: of all runs. "
    "1000 random runs a row, the same requests for every setting; in brackets the 95 % "
    "interval."
)
COLUMNS = (
    "setting",
    "left answered, %",
    "right answered, %",
    "linearizable, %",
    "own view kept, %",
)
CELLS = [{"policy": p} for p in ("all copies", "majority", "any copy", "stand-ins")]
RUNS = 1000


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
