"""Judge a history, key by key, and show why one cannot be ordered.

    A  |--- write 1 ---|
    B         |- read 1 -|
    B                      |- read 0 -|   <- up to here no order explains all answers

    verdict = judge(history, Register(0))
    bool(verdict) -> False       verdict.refutation.answers -> the last read

For a key that has an order, the verdict holds it. For one that has none, it holds the
shortest beginning of the history that has none (sdnotes.cap.beginning): all that had
been invoked when some operation was answered.

One key without an order decides: the history is not linearizable. So what can be
decided at once comes first; then all other keys are searched side by side, each for a
while in turn. When one of them has no order, those not decided by then stay undecided.

Source: linearizability is local: Herlihy and Wing 1990, theorem 1.
Left out: several keys changed at once.
Builds on: sdnotes.cap.linearizability. Chapter: docs/chapters/cap/.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from sdnotes.cap.beginning import Refutation, answer_times_us, refute, until
from sdnotes.cap.linearizability import LIMIT, Attempt, UndecidedError, told
from sdnotes.cap.models import Model, State
from sdnotes.cap.moments import Order
from sdnotes.cap.search import Search
from sdnotes.sim import History, Operation

__all__ = [
    "Refutation",
    "Verdict",
    "answer_times_us",
    "by_key",
    "judge",
    "until",
]

_TURN = 5_000
"""How many states each key's search visits before it is another's turn, at first."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """For each key an order, or a refutation; true when every key has an order.

    ``undecided`` are keys whose search was not over when another key was refuted.
    """

    orders: dict[str, Order]
    refutations: dict[str, Refutation]
    undecided: tuple[str, ...] = field(default=())

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
        return self.told(str, lambda at_us: f"{at_us} us")

    def told(self, says: Callable[[Operation], str], at: Callable[[int], str]) -> str:
        """Return it in words: ``says`` names an operation, ``at`` a time."""
        keys = len(self.orders) + len(self.refutations) + len(self.undecided)
        if self:
            return f"linearizable ({keys} keys)" if keys > 1 else "linearizable"
        reasons = (
            f"key {key!r}: {reason.told(says, at)}"
            if key or keys > 1
            else reason.told(says, at)
            for key, reason in self.refutations.items()
        )
        named = ", ".join(map(repr, self.undecided))
        rest = [f"not decided, since one key is enough: {named}"] if named else []
        return "\n".join(["not linearizable", *reasons, *rest])


def judge(history: History, model: Model[State], limit: int | None = LIMIT) -> Verdict:
    """Return the verdict on a history; each key is an object of the same kind.

    Raises MalformedHistoryError for an operation that the model does not have,
    UndecidedError when no key is refuted and ``limit`` states (None: any number) were
    visited, those of all keys together. The limit holds for the whole call: if it is
    reached while the shortest beginning without an order is looked for, the refutation
    says less.

    Examples:
        >>> from sdnotes.cap import Register
        >>> from sdnotes.sim import Outcome
        >>> write = Operation("A", "write", 1, 0, 20, Outcome.OK, key="x")
        >>> read = Operation("B", "read", None, 30, 40, Outcome.OK, result=0, key="x")
        >>> print(judge(History((write, read)), Register(0)))
        not linearizable
        key 'x': no order explains: B: read x [30..40 us] ok 0
        the others, in order:
          1. A: write x 1 [0..20 us] ok
    """
    parts = by_key(history)
    found: dict[str, Attempt] = {}
    searches: dict[str, Search[State]] = {}
    for key, part in parts.items():
        at_once = model.decide(told(part, model))
        if at_once is None:
            searches[key] = Search(part, model)
        else:
            found[key] = Attempt(is_decided=True, order=at_once[0])
    left = _search_side_by_side(searches, found, limit)
    orders: dict[str, Order] = {}
    refutations: dict[str, Refutation] = {}
    for key, part in parts.items():
        if key not in found:
            continue
        order = found[key].order
        if order is not None:
            orders[key] = order
            continue
        refutations[key], spent = refute(part, model, found[key], left)
        left = None if left is None else max(0, left - spent)
    return Verdict(orders, refutations, tuple(key for key in parts if key not in found))


def by_key(history: History) -> dict[str, History]:
    """Return the history of each key, keys in the order of their first operation."""
    parts: dict[str, list[Operation]] = {}
    for operation in history.operations:
        parts.setdefault(operation.key, []).append(operation)
    return {key: History(tuple(operations)) for key, operations in parts.items()}


def _search_side_by_side(
    searches: dict[str, Search[State]], found: dict[str, Attempt], limit: int | None
) -> int | None:
    """Search until all keys are decided or one is refuted; return what is left.

    Raises UndecidedError when nothing is left, and no key is refuted.
    """
    left, turn = limit, _TURN
    waiting = sorted(searches, key=lambda key: len(searches[key].known))
    while waiting and left != 0:
        for key in list(waiting):
            search = searches[key]
            before = search.visited
            over = search.run(turn if left is None else min(turn, left))
            spent = search.visited - before
            left = None if left is None else max(0, left - spent)
            if over:
                waiting.remove(key)
                found[key] = Attempt(
                    is_decided=True,
                    order=search.order,
                    explained_us=search.reached_us,
                    visited=search.visited,
                )
        if any(attempt.order is None for attempt in found.values()):
            return left
        turn *= 2
    if waiting:
        raise UndecidedError(_how_far(waiting, searches, limit))
    return left


def _how_far(
    waiting: list[str], searches: dict[str, Search[State]], limit: int | None
) -> str:
    """Say which keys are not decided, and how far the first of them got."""
    key = waiting[0]
    search = searches[key]
    which = f"key {key!r}: " if key or len(searches) > 1 else ""
    others = f"; {len(waiting) - 1} more keys too" if len(waiting) > 1 else ""
    return (
        f"{which}undecided after {limit} states: {search.most_placed} of "
        f"{len(search.known)} answers could be explained at once; too many operations "
        f"overlap, or have an unknown outcome{others}"
    )
