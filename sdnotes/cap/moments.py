"""Which operation came before which: every call and answer of a history in one line.

    process A   |-- write 1 --|           calls and answers, oldest first:
    process B        |-- read --|         A called, B called, A answered, B answered
    places      0    1        2 3         write 1 has the places (0, 2), read (1, 3)

One operation came before another if its answer has the lower place than the other's
call. Whatever lies in one microsecond overlaps, so there calls stand before answers;
but a process does one thing after another, so where its own answer and its next call
fall into one microsecond, the answer stands first. One line can hold that for one
process in each microsecond. For several, there are two lines: one that says a little
too much about who came first, and one that says a little too little.

Source: Herlihy and Wing 1990, section 2 (the order of a history).
Left out: clocks that disagree. Chapter: docs/chapters/cap/.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from sdnotes.sim import Operation, Outcome

Span: TypeAlias = tuple[int, int]
"""The places of an operation's call and of its answer."""

Order: TypeAlias = tuple[Operation, ...]

Arrange: TypeAlias = Callable[[Sequence[Span]], list[int] | None]
"""Return the one order worth trying, by places in the list of operations."""

_Event: TypeAlias = tuple[float, int, str, int, int]


class AmbiguousError(ValueError):
    """No single order is worth trying: only a search can tell."""


def _ties(operations: Sequence[Operation]) -> dict[int, list[int]]:
    """Return for each operation those of its process that follow in its last moment."""
    last: dict[str, int] = {}
    ties: dict[int, list[int]] = {}
    for i, operation in enumerate(operations):
        before = last.get(operation.process)
        if (
            before is not None
            and operations[before].completed_us == operation.invoked_us
        ):
            ties.setdefault(before, []).append(i)
        if operation.outcome is Outcome.OK:
            last[operation.process] = i
    return ties


def one_line_is_exact(operations: Sequence[Operation]) -> bool:
    """Return whether no two processes answer and call again in one microsecond."""
    seen: dict[float, str] = {}
    return all(
        seen.setdefault(operations[i].end_us, operations[i].process)
        == operations[i].process
        for i in _ties(operations)
    )


def spans(operations: Sequence[Operation], *, own_order: bool = True) -> list[Span]:
    """Return the places of each operation; an unknown one ends after all others.

    ``own_order`` says whether a process's answer stands before its call of the same
    microsecond; for several such processes that orders too much. Operations stand as
    in a History. Cost: n log n.
    """
    ties = _ties(operations) if own_order else {}
    tied = {i for after in ties.values() for i in after}
    events: list[_Event] = []
    for i, operation in enumerate(operations):
        begin, process = operation.invoked_us, operation.process
        events.append((begin, 1, process, i, 0) if i in tied else (begin, 0, "", i, 0))
        if operation.outcome is not Outcome.OK:
            events.append((math.inf, 2, "", i, 1))
        elif i in ties:
            events.append((operation.end_us, 1, process, i, 1))
        else:
            events.append((operation.end_us, 2, "", i, 1))
    places = [[0, 0] for _ in operations]
    for place, (*_, i, is_end) in enumerate(sorted(events)):
        places[i][is_end] = place
    return [(begin, end) for begin, end in places]


def keeps_time(order: Iterable[int], places: Sequence[Span]) -> bool:
    """Return whether each operation stands before all that were called after it."""
    latest = -1
    for i in order:
        begin, end = places[i]
        if end < latest:
            return False
        latest = max(latest, begin)
    return True


def decide(
    operations: Sequence[Operation], arrange: Arrange
) -> tuple[Order | None] | None:
    """Return (order,), or (None,) if there is none, or None: a search must tell.

    ``arrange`` returns the one order worth trying, None if there is none, or raises
    AmbiguousError.
    """
    for own_order in (True, False):
        places = spans(operations, own_order=own_order)
        try:
            order = arrange(places)
        except AmbiguousError:
            continue
        fine = order is not None and keeps_time(order, places)
        if fine and order is not None and own_order:
            return (tuple(operations[i] for i in order),)
        if not fine and (not own_order or one_line_is_exact(operations)):
            return (None,)
    return None
