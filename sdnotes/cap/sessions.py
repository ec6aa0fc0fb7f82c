"""Promises to one client at a time: the useful middle between "latest" and "anything".

    a client writes 2, then reads 1 (older)             read your writes is broken
    a client reads 2, then reads 1                      monotonic reads
    a client writes 2, then 3, and 3 counts as older    monotonic writes
    a client reads 2, writes 3, and 3 counts as older   writes follow reads

None of them speaks of other clients: each may see old values, as long as its own view
never goes back. To say what is older, a checker must be told in which order the store
put the values that were written.

Source: Terry et al. 1994, "Session Guarantees for Weakly Consistent Replicated Data",
sections 2 and 3.
Left out: sessions over several keys, where reading one key says something of another.
Chapter: docs/chapters/cap/.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from sdnotes.cap.values import exactly
from sdnotes.sim import History, Operation, Outcome, Value

GUARANTEES = {
    ("write", "read"): "read your writes",
    ("read", "read"): "monotonic reads",
    ("write", "write"): "monotonic writes",
    ("read", "write"): "writes follow reads",
}


@dataclass(frozen=True, slots=True)
class Violation:
    """Two operations of one client, of which the later one has the older value."""

    guarantee: str
    sooner: Operation
    later: Operation

    def __str__(self) -> str:
        return f"{self.guarantee}: {self.sooner}, then {self.later}"


def session_violations(
    history: History, order: Mapping[str, Sequence[Value]] | Sequence[Value]
) -> list[Violation]:
    """Return what each client saw go back, by client and then by time.

    ``order`` has the values of each key, oldest first, each value once; for one key
    the values alone will do. A process is a client's session; only operations that
    were answered count. Raises ValueError for a value that the order does not hold.

    Cost: quadratic in the operations of one session.

    Examples:
        >>> write = Operation("ann", "write", 2, 0, 5, Outcome.OK)
        >>> read = Operation("ann", "read", None, 10, 15, Outcome.OK, result=1)
        >>> [v.guarantee for v in session_violations(History((write, read)), [1, 2])]
        ['read your writes']
    """
    orders = order if isinstance(order, Mapping) else {"": order}
    age = {
        (key, exactly(value)): place
        for key, values in orders.items()
        for place, value in enumerate(values)
    }
    if len(age) != sum(len(values) for values in orders.values()):
        raise ValueError(f"order={order!r}: a value stands in it twice")
    sessions: dict[tuple[str, str], list[tuple[Operation, int]]] = {}
    for operation, value in _values(history):
        wanted = operation.key, exactly(value)
        if wanted not in age:
            raise ValueError(f"order={order!r} lacks the value of {operation}")
        mine = sessions.setdefault((operation.process, operation.key), [])
        mine.append((operation, age[wanted]))
    return [
        Violation(GUARANTEES[sooner.action, later.action], sooner, later)
        for session in sessions.values()
        for (sooner, before), (later, after) in combinations(session, 2)
        if after < before
    ]


def _values(history: History) -> Iterator[tuple[Operation, Value]]:
    for operation in history.operations:
        if operation.action not in ("read", "write"):
            raise ValueError(f"history has {operation}: no read and no write")
        if operation.outcome is Outcome.OK:
            wrote = operation.action == "write"
            yield operation, operation.argument if wrote else operation.result
