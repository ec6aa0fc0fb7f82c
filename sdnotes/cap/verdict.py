"""Judge a history, key by key, and show why one cannot be ordered.

    A  |--- write 1 ---|
    B         |- read 1 -|
    B                      |- read 0 -|   <- up to here no order explains all answers

    verdict = judge(history, Register(0))
    bool(verdict) -> False       verdict.refutation.answers -> the last read

For a key that has an order, the verdict holds it. For one that has none, it holds the
shortest beginning of the history that has none: all that had been invoked when some
operation was answered. What was still running at that time counts as unknown, and an
order without that one answer is given too: the best that can be said of it.

Source: linearizability is closed under prefixes and local: Lynch 1996, section 13.1;
Herlihy and Wing 1990, theorem 1.
Left out: the smallest set of operations that contradict each other.
Builds on: sdnotes.cap.linearizability. Chapter: docs/chapters/cap/.
"""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, replace

from sdnotes.cap.linearizability import LIMIT, UndecidedError, attempt, linearize
from sdnotes.cap.models import Model, State
from sdnotes.sim import History, Operation, Outcome


@dataclass(frozen=True, slots=True)
class Refutation:
    """Why the operations on one key cannot be ordered.

    No order explains ``prefix``, which ends with ``answers``: mostly one, more where
    several were given in the same microsecond. ``order`` explains the prefix as long as
    those are not asked for. Where the limit of the search was reached before the
    shortest such prefix was found, both are empty.
    """

    prefix: History
    answers: tuple[Operation, ...]
    order: tuple[Operation, ...]

    def __str__(self) -> str:
        if not self.answers:
            last_us = answer_times_us(self.prefix)[-1]
            return (
                f"no order explains all answers until {last_us} us; which of them it "
                "is, was not found within the limit"
            )
        explained = (
            f"  {place}. {operation}"
            for place, operation in enumerate(self.order, start=1)
        )
        contradiction = " and ".join(map(str, self.answers))
        lines = [f"no order explains: {contradiction}"]
        if self.order:
            lines += ["the others, in order:", *explained]
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Verdict:
    """For each key an order, or a refutation; true when every key has an order."""

    orders: dict[str, tuple[Operation, ...]]
    refutations: dict[str, Refutation]

    def __bool__(self) -> bool:
        return not self.refutations

    @property
    def refutation(self) -> Refutation:
        """Return the refutation of the first key that has one.

        Raises ValueError when there is none: the history is linearizable.
        """
        for refutation in self.refutations.values():
            return refutation
        raise ValueError("the history is linearizable: there is nothing to refute")

    def __str__(self) -> str:
        keys = len(self.orders) + len(self.refutations)
        if self:
            return f"linearizable ({keys} keys)" if keys > 1 else "linearizable"
        reasons = (
            f"key {key!r}: {refutation}" if key or keys > 1 else str(refutation)
            for key, refutation in self.refutations.items()
        )
        return "\n".join(["not linearizable", *reasons])


def judge(history: History, model: Model[State], limit: int | None = LIMIT) -> Verdict:
    """Return the verdict on a history; each key is an object of the same kind.

    Raises MalformedHistoryError for an operation that the model does not have,
    UndecidedError when a key's search visits ``limit`` states without a verdict. Each
    of the searches for the shortest beginning that has no order has the same limit; if
    it is reached, the refutation says less.

    Examples:
        >>> from sdnotes.cap import Register
        >>> write = Operation("A", "write", 1, 0, 20, Outcome.OK, key="x")
        >>> read = Operation("B", "read", None, 30, 40, Outcome.OK, result=0, key="x")
        >>> print(judge(History((write, read)), Register(0)))
        not linearizable
        key 'x': no order explains: B: read x [30..40 us] ok 0
        the others, in order:
          1. A: write x 1 [0..20 us] ok
    """
    orders: dict[str, tuple[Operation, ...]] = {}
    refutations: dict[str, Refutation] = {}
    for key, part in by_key(history).items():
        order, reached_us = attempt(part, model, limit)
        if order is None:
            refutations[key] = _refute(part, model, reached_us, limit)
        else:
            orders[key] = order
    return Verdict(orders, refutations)


def by_key(history: History) -> dict[str, History]:
    """Return the history of each key, keys in the order of their first operation."""
    parts: dict[str, list[Operation]] = {}
    for operation in history.operations:
        parts.setdefault(operation.key, []).append(operation)
    return {key: History(tuple(operations)) for key, operations in parts.items()}


def _refute(
    history: History, model: Model[State], reached_us: float, limit: int | None
) -> Refutation:
    """Find the first answer that cannot be explained, by halving what is in question.

    The search for the whole got past all answers before ``reached_us``, so we begin
    there: mostly that answer is the one, and each search that fails is dear.
    """
    times_us = answer_times_us(history)
    guess = bisect_left(times_us, reached_us)
    fine, broken = -1, len(times_us) - 1
    hints = [guess - 1, guess]
    # A beginning may be dearer than the whole: what it leaves running is unknown there,
    # and any part of that may have happened.
    try:
        while broken - fine > 1:
            middle = hints.pop() if hints else (fine + broken) // 2
            if not fine < middle < broken:
                continue
            begun = until(history, times_us[middle])
            if linearize(begun, model, limit) is None:
                broken = middle
            else:
                fine = middle
        return _explained(until(history, times_us[broken]), model, limit)
    except UndecidedError:
        return Refutation(until(history, times_us[broken]), (), ())


def _explained(prefix: History, model: Model[State], limit: int | None) -> Refutation:
    """Return the refutation of the shortest beginning that has no order."""
    now_us = answer_times_us(prefix)[-1]
    answers = tuple(
        o
        for o in prefix.operations
        if o.outcome is Outcome.OK and o.completed_us == now_us
    )
    unasked = (_unanswered(o) if o in answers else o for o in prefix.operations)
    order = linearize(_with_one_open_each(unasked), model, limit)
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
