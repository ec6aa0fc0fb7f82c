"""Random interleavings of two to four transactions, as scripts.

x = 1, y = 2
T1 get x
T2 scan value % 2 = 0
T1 put y 3
...
"""

from collections.abc import Sequence
from itertools import permutations

from draws import rows
from hypothesis import strategies as st

from sdnotes.acid import Played, play

BEGIN = "x = 1, y = 2"
STEPS = (
    *("get x", "get y", "get z", "get x for update"),
    *("put x 3", "put y 4", "put z 5", "put x 6"),
    *("scan all", "scan value % 2 = 0", "scan key from y to z", "scan value = 3"),
    *("add 1 where value % 2 = 0", "add 1 where key = x", "add 3 where all"),
    *("delete x", "delete where value = 4", "delete where value % 3 = 0"),
)
ENDS = ("commit", "commit", "commit", "abort")


def scripts(size: int = 10) -> st.SearchStrategy[str]:
    """Return scripts of up to four transactions; most end together, some earlier."""
    moves = rows(
        ("T1", "T2", "T3", "T4"), (*STEPS, "commit"), min_size=3, max_size=size
    )
    ends = rows(ENDS, min_size=4, max_size=4)
    return st.builds(_finished, moves, st.booleans(), ends)


def _finished(
    moves: list[tuple[str, str]], begins: bool, ends: list[tuple[str]]
) -> str:
    """Leave out what comes after a transaction's commit."""
    over: set[str] = set()
    kept = []
    for who, step in moves:
        if who not in over:
            kept.append((who, step))
        if step == "commit":
            over.add(who)
    names = sorted({who for who, _ in kept})
    lines = [BEGIN, *(f"{who} begin" for who in names if begins)]
    lines += [f"{who} {step}" for who, step in kept]
    lines += [
        f"{who} {end}"
        for who, (end,) in zip(names, ends, strict=False)
        if who not in over
    ]
    return "\n".join(lines)


def seen(run: Played) -> dict[str, object]:
    """Return what a run showed to those who committed, and what it left."""
    return {
        "final": run.final,
        **{who: run.shown(who) for who in run.committed},
    }


def serial(script: str, order: Sequence[str]) -> str:
    """Return a script in which some of the transactions run one after another."""
    lines = script.splitlines()
    return "\n".join(
        [lines[0], *(line for who in order for line in lines if line.startswith(who))]
    )


def is_serializable(script: str, run: Played) -> bool:
    """Return whether some order, one after another, shows and leaves the same."""
    return any(
        seen(play(serial(script, order))) == seen(run)
        for order in permutations(run.committed)
    )
