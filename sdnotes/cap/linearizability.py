"""Could these operations have happened one at a time, each while it was running?

    client A   |--- withdraw 10 -> 40 ---|
    client B                                |--- withdraw 20 -> 30 ---|     no

One machine that does one thing at a time would have shown B 20, since A had finished
before B began. A history is **linearizable** if some order of its operations respects
"finished before began" and every result is what that order gives. An operation with an
unknown outcome may take its place anywhere after its invocation, or nowhere.

First the kind of object is asked whether it can decide at once: a register and a queue
can where their values are distinct. All else is searched (sdnotes.cap.search).

Two operations that touch in one microsecond are taken to overlap, unless one process
did both: clocks do not say more. (So keys that are judged apart may be found linear
although operations on two keys contradict each other within such a microsecond.)

Source: Herlihy and Wing 1990; keys apart: theorem 1 there (locality).
Left out: several objects at once, and transactions.
Chapter: docs/chapters/cap/.
"""

from dataclasses import dataclass

from sdnotes.cap.models import Model, State
from sdnotes.cap.moments import Order
from sdnotes.cap.search import Search
from sdnotes.sim import History, Operation, Outcome

LIMIT = 300_000
"""How many states all searches of one call visit before they give up.

A long state, such as that of a queue with many values, counts as several.
"""


class UndecidedError(RuntimeError):
    """The history is too tangled to be decided within the limit; it may be either."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of one object's operations: an order, none, or no decision."""

    is_decided: bool
    order: Order | None
    """An order that explains all; None where there is none, or no decision."""
    explained_us: float = -1
    """Some order was found for all that was answered before this time."""
    visited: int = 0
    """How many states were visited; 0 where no search was needed."""


def told(history: History, model: Model[State]) -> list[Operation]:
    """Return the operations that matter, in order; refuse what the model has not.

    Those that failed did nothing; of those that read and were not answered, nobody
    knows anything.
    """
    for operation in history.operations:
        model.validate(operation)
    return [
        operation
        for operation in history.operations
        if operation.outcome is Outcome.OK
        or (operation.outcome is Outcome.UNKNOWN and not model.reads_only(operation))
    ]


def attempt(history: History, model: Model[State], limit: int | None) -> Attempt:
    """Decide about one object: at once where that is possible, else by a search."""
    at_once = model.decide(told(history, model))
    if at_once is not None:
        return Attempt(is_decided=True, order=at_once[0])
    search = Search(history, model)
    over = search.run(limit)
    return Attempt(over, search.order, search.reached_us, search.visited)


def linearize(
    history: History, model: Model[State], limit: int | None = LIMIT
) -> Order | None:
    """Return an order that explains every result, or None if there is none.

    Failed operations did not happen and are left out; so are unknown ones that no
    result needs. Raises ValueError for operations on several keys (``judge`` takes
    them apart), MalformedHistoryError for an operation that the model does not have,
    UndecidedError when ``limit`` states (None: any number) gave no verdict.

    Cost: n log n where the model decides at once; a search is about linear while few
    operations overlap, and exponential in how many do.

    Examples:
        >>> from sdnotes.cap import Register
        >>> write = Operation("A", "write", 1, 0, 20, Outcome.OK)
        >>> read = Operation("B", "read", None, 10, 40, Outcome.OK, result=0)
        >>> [o.action for o in linearize(History((write, read)), Register(0)) or ()]
        ['read', 'write']
    """
    keys = sorted({operation.key for operation in history.operations})
    if len(keys) > 1:
        named = ", ".join(map(repr, keys))
        raise ValueError(f"history has several keys, {named}: judge takes them apart")
    found = attempt(history, model, limit)
    if not found.is_decided:
        raise UndecidedError(
            f"undecided after {limit} states: "
            "too many operations overlap, or have an unknown outcome"
        )
    return found.order
