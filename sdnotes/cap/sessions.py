"""Promises to one client at a time: the useful middle between "latest" and "anything".

    a client writes 2, then reads 1 (older)             read your writes is broken
    a client reads 2, then reads 1                      monotonic reads
    a client writes 2, then 3, and 3 counts as older    monotonic writes
    a client reads 2, writes 3, and 3 counts as older   writes follow reads

The first two speak of one client alone. The last two bind everybody: *no copy* may show
the later write without the earlier one. So another client can find them broken, and
needs no order for that:

    Ann writes acl = "no boss", then photo = "posted"
    the boss reads photo = "posted", then reads acl = "boss may read"

If the boss's two reads went to two copies, it may have been his own monotonic reads
that broke; a history does not say which copy answered, so the cause is named as if one
had. To say what is older, a checker must be told in which order the store put the
values that were written.

Source: Terry et al. 1994, "Session Guarantees for Weakly Consistent Replicated Data",
sections 2 and 3.
Left out: what follows over a third client (that is causal order), and reads of nothing.
Chapter: docs/chapters/cap/.
"""

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

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
    """Two operations of one client, of which the later one has the older value.

    Where the two are of two keys, ``because`` holds what another client did: what the
    later one misses, and the write after it, which the sooner one has seen.
    """

    guarantee: str
    sooner: Operation
    later: Operation
    because: tuple[Operation, ...] = ()

    def __str__(self) -> str:
        said = f"{self.guarantee}: {self.sooner}, then {self.later}"
        if not self.because:
            return said
        first, second = self.because
        return f"{said}, although {first} came before {second}"


def session_violations(
    history: History, order: Mapping[str, Sequence[Value]] | Sequence[Value]
) -> list[Violation]:
    """Return what each client saw go back, by client and then by time.

    ``order`` has the values of each key, oldest first, each value once; for one key
    the values alone will do. A process is a client's session; only operations that
    were answered count, but a write that somebody saw has happened. Raises ValueError
    for a value that the order does not hold.

    Cost: quadratic in the operations of one session, times the keys.

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
    sessions: dict[str, list[_Seen]] = {}
    for operation in _answered(history):
        if (name := _name(operation)) not in age:
            raise ValueError(f"order={order!r} lacks the value of {operation}")
        seen = _Seen(operation, age[name])
        sessions.setdefault(operation.process, []).append(seen)
    causes = _causes(history, age)
    return [
        violation
        for session in sessions.values()
        for sooner, later in combinations(session, 2)
        if (violation := _violation(sooner, later, causes)) is not None
    ]


class _Seen(NamedTuple):
    """An operation, and how new the value is that it wrote or read."""

    operation: Operation
    age: int

    @property
    def place(self) -> tuple[str, int]:
        """Return the key and the age: what tells this value from all others."""
        return self.operation.key, self.age


class _Cause(NamedTuple):
    """A write, and the newest of each key that its client had met before."""

    write: Operation
    before: dict[str, _Seen]


def _causes(
    history: History, age: Mapping[tuple[str, Hashable], int]
) -> dict[tuple[str, int], _Cause]:
    """Return what came before each write, by the key and the age of its value.

    A value that was written twice has no cause that one could name.
    """
    written = [_name(o) for o in history.operations if _may_have_written(o)]
    times = Counter(written)
    newest: dict[str, dict[str, _Seen]] = {}
    causes = {}
    for operation in history.operations:
        mine = newest.setdefault(operation.process, {})
        name, key = _name(operation), operation.key
        if operation.outcome is Outcome.FAILED or name not in age:
            continue
        seen = _Seen(operation, age[name])
        if _may_have_written(operation) and times[name] == 1:
            causes[seen.place] = _Cause(operation, dict(mine))
        answered = operation.outcome is Outcome.OK
        if answered and (key not in mine or seen.age >= mine[key].age):
            mine[key] = seen
    return causes


def _violation(
    sooner: _Seen, later: _Seen, causes: Mapping[tuple[str, int], _Cause]
) -> Violation | None:
    first, second = sooner.operation, later.operation
    if first.key == second.key:
        if later.age >= sooner.age:
            return None
        return Violation(GUARANTEES[first.action, second.action], first, second)
    cause = causes.get(sooner.place)
    if cause is None or {first.action, second.action} != {"read"}:
        return None
    if cause.write.process == first.process:
        return None  # a client's own view: the pairs of one key tell that
    missed = cause.before.get(second.key)
    if missed is None or later.age >= missed.age:
        return None
    guarantee = GUARANTEES[missed.operation.action, "write"]
    return Violation(guarantee, first, second, (missed.operation, cause.write))


def _may_have_written(operation: Operation) -> bool:
    return operation.action == "write" and operation.outcome is not Outcome.FAILED


def _name(operation: Operation) -> tuple[str, Hashable]:
    """Return the key and the value that an operation wrote or read."""
    wrote = operation.action == "write"
    return operation.key, exactly(operation.argument if wrote else operation.result)


def _answered(history: History) -> Iterator[Operation]:
    for operation in history.operations:
        if operation.action not in ("read", "write"):
            raise ValueError(f"history has {operation}: no read and no write")
        if operation.outcome is Outcome.OK:
            yield operation
