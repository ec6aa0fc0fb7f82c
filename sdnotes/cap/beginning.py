"""Which answer is the first that no order explains?

    answers   1   2   3   4   5   6   7   8      an order explains all before 3: known
              +   +   ?   ?   ?   ?   ?   -      all up to 8: none does
    tried             3   4   6+                 3: some order, 4: some, 6: none
                              5                  5: some, so 6 is the one

A beginning of a history is all that had been called when some answer was given; what
was still running at that time is unknown. If a beginning has no order, no longer one
has. To find an order is cheap, and to find none is dear, so the steps begin below, and
grow.

Where a search is needed, looking for the beginning may cost three times as many states
as the verdict did, and no more than the call has left.

Source: linearizability is closed under prefixes: Lynch 1996, section 13.1.
Left out: the smallest set of operations that contradict each other.
Chapter: docs/chapters/cap/.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from sdnotes.cap.linearizability import Attempt, attempt
from sdnotes.cap.models import Model, State
from sdnotes.cap.moments import Order
from sdnotes.sim import History, Operation, Outcome

SEARCHES = 3
"""How many times what the verdict cost may be spent on the shortest beginning."""

LEAST = 20_000
"""How many states may be visited at least."""


class _LimitError(RuntimeError):
    """No state is left."""


@dataclass(frozen=True, slots=True)
class Refutation:
    """Why the operations on one key cannot be ordered.

    No order explains ``prefix``, which ends with ``answers``: mostly one, more where
    several were given in the same microsecond. ``order`` explains the prefix as long as
    those are not asked for. Where the limit of the search was reached before the
    shortest such prefix was found, both are empty; some order then explains all that
    was answered until ``explained_us``, if that is not None.
    """

    prefix: History
    answers: tuple[Operation, ...]
    order: Order
    explained_us: int | None = None

    def __str__(self) -> str:
        return self.told(str, lambda at_us: f"{at_us} us")

    def told(self, says: Callable[[Operation], str], at: Callable[[int], str]) -> str:
        """Return it in words: ``says`` names an operation, ``at`` a time."""
        if not self.answers:
            last = at(answer_times_us(self.prefix)[-1])
            since = (
                f", and some order explains all until {at(self.explained_us)}"
                if self.explained_us is not None
                else ""
            )
            return (
                f"no order explains all answers until {last}{since}; which of them it "
                "is, was not found within the limit"
            )
        lines = [f"no order explains: {' and '.join(map(says, self.answers))}"]
        if self.order:
            lines.append("the others, in order:")
        lines += [f"  {n}. {says(o)}" for n, o in enumerate(self.order, start=1)]
        return "\n".join(lines)


@dataclass(slots=True)
class _Purse:
    """What may still be spent on one object."""

    model: Model  # type: ignore[type-arg]  # it is asked, and never looked into
    left: int | None
    spent: int = 0

    def attempt(self, history: History) -> Attempt:
        found = attempt(history, self.model, self.left)
        self.spent += found.visited
        if self.left is not None:
            self.left = max(0, self.left - found.visited)
        if not found.is_decided:
            raise _LimitError
        return found


def refute(
    history: History, model: Model[State], whole: Attempt, limit: int | None
) -> tuple[Refutation, int]:
    """Return the shortest beginning without an order, and the states it took.

    ``whole`` is what came of the history. It got past all answers before a time, so
    there the steps begin.
    """
    left = max(LEAST, SEARCHES * whole.visited)
    purse = _Purse(model, left if limit is None else min(left, limit))
    times_us = answer_times_us(history)
    fine = bisect_left(times_us, whole.explained_us) - 1
    broken = len(times_us) - 1
    step, is_growing = 1, whole.visited > 0
    try:
        while broken - fine > 1:
            middle = fine + step if is_growing else (fine + broken) // 2
            middle = min(middle, broken - 1)
            found = purse.attempt(until(history, times_us[middle]))
            if found.order is None:
                broken, is_growing = middle, False
                reached = bisect_left(times_us, found.explained_us) - 1
                fine = max(fine, min(reached, broken - 1))
            else:
                fine, step = middle, step * 2
        return _explained(until(history, times_us[broken]), purse), purse.spent
    except _LimitError:
        explained_us = times_us[fine] if fine >= 0 else None
        less = Refutation(until(history, times_us[broken]), (), (), explained_us)
        return less, purse.spent


def _explained(prefix: History, purse: _Purse) -> Refutation:
    """Return the refutation of the shortest beginning that has no order."""
    now_us = answer_times_us(prefix)[-1]
    answers = tuple(
        o
        for o in prefix.operations
        if o.outcome is Outcome.OK and o.completed_us == now_us
    )
    unasked = (_unanswered(o) if o in answers else o for o in prefix.operations)
    order = purse.attempt(_with_one_open_each(unasked)).order
    assert order is not None
    return Refutation(prefix, answers, order)


def answer_times_us(history: History) -> list[int]:
    """Return the times at which operations were answered, each once, oldest first."""
    answered = (o for o in history.operations if o.outcome is Outcome.OK)
    return sorted({o.completed_us for o in answered if o.completed_us is not None})


def until(history: History, now_us: int) -> History:
    """Return what had happened by then; what was still running is unknown.

    Failed operations never happened and are left out.
    """
    return History(
        tuple(
            o
            if o.completed_us is not None and o.completed_us <= now_us
            else _unanswered(o)
            for o in history.operations
            if o.invoked_us <= now_us and o.outcome is not Outcome.FAILED
        )
    )


def _unanswered(operation: Operation) -> Operation:
    return replace(operation, outcome=Outcome.UNKNOWN, completed_us=None, result=None)


def _with_one_open_each(operations: Iterable[Operation]) -> History:
    """Leave out what a process did in the microsecond in which its last call ended."""
    kept: list[Operation] = []
    waiting: set[str] = set()
    for operation in operations:
        if operation.process not in waiting:
            kept.append(operation)
            if operation.completed_us is None:
                waiting.add(operation.process)
    return History(tuple(kept))
