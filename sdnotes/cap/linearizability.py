"""Could these operations have happened one at a time, each while it was running?

    client A   |--- withdraw 10 -> 40 ---|
    client B                                |--- withdraw 20 -> 30 ---|     no

One machine that does one thing at a time would have shown B 20, since A had finished
before B began. A history is **linearizable** if some order of its operations respects
"finished before began" and every result is what that order gives. An operation with an
unknown outcome may take its place anywhere after its invocation, or nowhere.

The search places one operation after another. Those that may come next are the ones
invoked before any of the others has ended; when none of them fits, the last one placed
is taken back. It remembers where it has been: a set of operations placed, with the
state that they left, is never tried again, in whatever order they were placed.

Two operations that touch in one microsecond are taken to overlap, unless one process
did both: clocks do not say more. (So keys that are judged apart may be found linear
although operations on two keys contradict each other within such a microsecond.)

Source: Herlihy and Wing 1990; the search is Wing and Gong 1993, "Testing and Verifying
Concurrent Objects"; the memory is Lowe 2017, "Testing for linearizability", section 3;
keys apart: Herlihy and Wing 1990, theorem 1 (locality).
Left out: a bound on the cost, which grows exponentially with the number of operations
that overlap at one time (the problem is NP-complete: Gibbons and Korach 1997).
Chapter: docs/chapters/cap/.
"""

from collections.abc import Hashable, Iterator
from typing import Generic, NamedTuple

from sdnotes.cap.foresight import Supply
from sdnotes.cap.models import Model, State
from sdnotes.cap.values import exactly, same
from sdnotes.sim import History, Operation, Outcome

LIMIT = 300_000
"""How many states a search visits before it gives up."""


class UndecidedError(RuntimeError):
    """The history is too tangled to be decided within the limit; it may be either."""


class _Placed(NamedTuple, Generic[State]):
    """Where a search stands: which operations are placed, and the state they left.

    All known operations before ``low`` are placed, and those at ``low + i`` for each
    bit i of ``ahead``; of the unknown ones, those whose bit is set in ``used``.
    """

    low: int
    ahead: int
    used: int
    state: State
    # The state before the last step, if that placed an unknown operation.
    without: State | None = None

    def has(self, known: int) -> bool:
        return known < self.low or bool(self.ahead >> (known - self.low) & 1)

    def with_known(self, known: int, state: State) -> "_Placed[State]":
        low, ahead = self.low, self.ahead | 1 << (known - self.low)
        ones = (~ahead & (ahead + 1)).bit_length() - 1  # as many as are set at the end
        low, ahead = low + ones, ahead >> ones
        return _Placed(low, ahead, self.used, state)

    def with_unknown(self, unknown: int, state: State) -> "_Placed[State]":
        used = self.used | 1 << unknown
        return _Placed(self.low, self.ahead, used, state, self.state)


_Step = tuple[Operation, _Placed[State]]


class _Search(Generic[State]):
    """The operations of one object, and which of them may come next."""

    def __init__(
        self, history: History, model: Model[State], limit: int | None
    ) -> None:
        self.model = model
        self.limit = limit
        self.known: list[Operation] = []
        self.unknown: list[Operation] = []
        # The known operation that the same process did before: index in self.known.
        self.elder_of_known: list[int] = []
        self.elder_of_unknown: list[int] = []
        last: dict[str, int] = {}
        for operation in history.operations:
            model.validate(operation)
            elder = last.get(operation.process, -1)
            if operation.outcome is Outcome.OK:
                last[operation.process] = len(self.known)
                self.known.append(operation)
                self.elder_of_known.append(elder)
            elif operation.outcome is Outcome.UNKNOWN:
                if model.reads_only(operation):
                    continue  # nobody was told and nothing changed
                self.unknown.append(operation)
                self.elder_of_unknown.append(elder)
        self.ends = [operation.end_us for operation in self.known]
        # All that was answered before this time could be placed, on some path.
        self.reached_us: float = 0
        self.reads = [model.reads_only(operation) for operation in self.known]
        self.ranks = model.ranks(self.known)
        self.supply = Supply(self.known, self.unknown, model.needs, model.gives)
        self.visited = 0

    def order(self) -> tuple[Operation, ...] | None:
        """Return the first order found, depth first; None when all have been tried."""
        placed: list[Operation] = []
        here = _Placed(0, 0, 0, self.model.initial)
        if not self.known:
            return ()
        path = [self._steps(here)]
        tried: dict[tuple[int, int, Hashable], list[int]] = {}
        while path:
            step = next(path[-1], None)
            if step is None:
                path.pop()
                if placed:
                    placed.pop()
                continue
            operation, here = step
            if here.low == len(self.known):
                return (*placed, operation)
            # Unknown operations are optional: whoever used fewer can still do all.
            key = (here.low, here.ahead, exactly(here.state))
            before = tried.setdefault(key, [])
            if any(used & here.used == used for used in before):
                continue
            before.append(here.used)
            self.visited += 1
            if self.limit is not None and self.visited > self.limit:
                raise UndecidedError(
                    f"undecided after {self.limit} states: "
                    "too many operations overlap, or have an unknown outcome"
                )
            placed.append(operation)
            path.append(self._steps(here))
        return None

    def _steps(self, here: _Placed[State]) -> Iterator[_Step[State]]:
        """Yield each operation that may come next, and where the search then is."""
        waiting, first_end_us = self._may_be_next(here)
        self.reached_us = max(self.reached_us, first_end_us)
        fitting = []
        for i in waiting:
            possible, state = self.model.step(here.state, self.known[i])
            if possible and self.reads[i]:
                # It changes nothing for the others: nothing is lost by taking it now.
                yield self.known[i], here.with_known(i, state)
                return
            if possible and not self._strands(here, state, (True, i)):
                fitting.append((i, state))
        # Who ends first goes first: measured, that finds an order ten times sooner.
        for i, state in sorted(fitting, key=lambda pair: self.ranks[pair[0]]):
            yield self.known[i], here.with_known(i, state)
        offered = set()
        for i, operation in enumerate(self.unknown):
            if operation.invoked_us > first_end_us:
                break
            if here.used >> i & 1 or not here.has(self.elder_of_unknown[i]):
                continue
            # Of those that are alike, the one invoked first does as well as any.
            kind = (operation.action, exactly(operation.argument))
            if kind in offered:
                continue
            offered.add(kind)
            possible, state = self.model.step(here.state, operation)
            useless = same(state, here.state) or self._undone(here, i, state)
            if possible and not useless and not self._strands(here, state, (False, i)):
                yield operation, here.with_unknown(i, state)

    def _strands(
        self, here: _Placed[State], after: State, leaving: tuple[bool, int]
    ) -> bool:
        """Return whether an answer still to come needs the state that is left now."""
        before = self.model.value_of(here.state)
        if before is None or same(before, self.model.value_of(after)):
            return False
        used = here.used
        return self.supply.strands(
            before[0], here.has, lambda i: bool(used >> i & 1), leaving
        )

    def _undone(self, here: _Placed[State], unknown: int, after: State) -> bool:
        """Return whether the last step need not have been, if this one follows it."""
        if here.without is None:
            return False
        possible, state = self.model.step(here.without, self.unknown[unknown])
        return possible and same(state, after)

    def _may_be_next(self, here: _Placed[State]) -> tuple[list[int], float]:
        """Return the known operations that may, and when the first of them ended."""
        first_end_us = self.ends[here.low]
        waiting = []
        taken, i = here.ahead, here.low - 1
        while True:
            step = (~taken & (taken + 1)).bit_length()  # over what is placed, to a gap
            i, taken = i + step, taken >> step
            if i >= len(self.known) or self.known[i].invoked_us > first_end_us:
                break
            first_end_us = min(first_end_us, self.ends[i])
            if here.has(self.elder_of_known[i]):
                waiting.append(i)
        return waiting, first_end_us


def linearize(
    history: History, model: Model[State], limit: int | None = LIMIT
) -> tuple[Operation, ...] | None:
    """Return an order that explains every result, or None if there is none.

    Failed operations did not happen and are left out; so are unknown ones that no
    result needs. Raises ValueError for operations on several keys (``judge`` takes
    them apart), MalformedHistoryError for an operation that the model does not have,
    UndecidedError when ``limit`` states (None: any number) gave no verdict.

    Cost: about linear in the number of operations while few of them overlap.

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
    return attempt(history, model, limit)[0]


def attempt(
    history: History, model: Model[State], limit: int | None = LIMIT
) -> tuple[tuple[Operation, ...] | None, float]:
    """Return what ``linearize`` does, and the time up to which some order was found."""
    search = _Search(history, model, limit)
    return search.order(), search.reached_us
