"""Search for an order that explains every answer, one operation after another.

    placed so far     may come next                    tried
    -                 A's write, B's read              B's read: does not fit
    A's write         B's read                         fits
    A's write, B's read                                an order is found

Those that may come next are the ones called before any of the others was answered; when
none of them fits, the last one placed is taken back. The search remembers where it has
been: a set of operations placed, with the state that they left, is never tried again,
in whatever order they were placed.

It can be interrupted and goes on where it was, so that many searches share one limit.

Source: Wing and Gong 1993, "Testing and Verifying Concurrent Objects"; the memory is
Lowe 2017, "Testing for linearizability", section 3.
Left out: a bound on the cost, which grows exponentially with the number of operations
that overlap at one time (the problem is NP-complete: Gibbons and Korach 1997).
Chapter: docs/chapters/cap/.
"""

from collections.abc import Hashable, Iterator
from typing import Generic, NamedTuple

from sdnotes.cap.foresight import Supply
from sdnotes.cap.models import Model, State
from sdnotes.cap.moments import Order
from sdnotes.cap.values import exactly, same
from sdnotes.sim import History, Operation, Outcome

_LONG = 32
"""As many values in one state, such as a queue's, count as one state more."""


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


class Search(Generic[State]):
    """The operations of one object, and which of them may come next."""

    def __init__(self, history: History, model: Model[State]) -> None:
        self.model = model
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
        self.order: Order | None = None
        """The order that was found, once the search is over; None if there is none."""
        self.most_placed = 0
        here = _Placed(0, 0, 0, model.initial)
        self._placed: list[Operation] = []
        self._path = [self._steps(here)]
        self._tried: dict[Hashable, int | tuple[int, ...]] = {}
        self.is_over = not self.known
        if self.is_over:
            self.order = ()

    def run(self, states: int | None = None) -> bool:
        """Search on, depth first; return whether the search is over.

        ``states`` is how many may be visited before it is interrupted (None: any
        number).
        """
        end = None if states is None else self.visited + states
        while not self.is_over:
            if end is not None and self.visited >= end:
                return False
            if not self._path:
                self.is_over = True
                break
            step = next(self._path[-1], None)
            if step is None:
                self._path.pop()
                if self._placed:
                    self._placed.pop()
                continue
            operation, here = step
            if here.low == len(self.known):
                self.order = (*self._placed, operation)
                self.is_over = True
            elif self._is_new(here):
                self.visited += self._size(here.state)
                self._placed.append(operation)
                self.most_placed = max(self.most_placed, len(self._placed))
                self._path.append(self._steps(here))
        self._path, self._tried = [], {}
        return True

    @staticmethod
    def _size(state: State) -> int:
        """Return for how many a state counts: memory is what the limit bounds too."""
        return 1 + len(state) // _LONG if isinstance(state, tuple) else 1

    def _is_new(self, here: _Placed[State]) -> bool:
        """Return whether this is no worse than a place where the search has been.

        Unknown operations are optional: whoever used fewer can still do all.
        """
        key = (here.low, here.ahead, exactly(here.state))
        before = self._tried.get(key)
        if before is None:
            self._tried[key] = here.used  # most have one: an int takes the least room
            return True
        several = before if isinstance(before, tuple) else (before,)
        if any(used & here.used == used for used in several):
            return False
        self._tried[key] = (*several, here.used)
        return True

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
