"""Judge a queue without a search: each value that came out went in once.

    enqueue 1  |----|                    1 went in before 2, so it must come out
    enqueue 2         |----|             before 2: no dequeue of 2 may have ended
    dequeue 2                 |----|     before the dequeue of 1 began
    dequeue 1                        |----|      <- not a queue

Which dequeue took which value is no question then, so only the order of the values is
left to find. One must go before another if its enqueue, or its dequeue, was answered
before the other's was called. If that holds both ways for some two, no order is
possible; longer circles need not be looked for, as calls and answers lie on one line.
Of those that may go next, the one whose dequeue was called first goes next. Then the
operations themselves are put in order: whatever finds the queue empty as soon as it is,
a dequeue as soon as it can be, an enqueue when it must.

A dequeue whose answer was lost may have taken any value. It is given one that must have
been taken: one that went in before another that came out. Those values that had to be
gone first get the dequeues that were called first.

Source: Henzinger, Sezgin and Vafeiadis 2013, "Aspect-Oriented Linearizability Proofs",
section 4 (what contradicts a queue comes in pairs); Gibbons, Bruno and Phillips 2002;
lost dequeues, and the order itself, are ours.
Left out: values that went in twice and came out. Chapter: docs/chapters/cap/.
"""

import math
from bisect import bisect_right
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

from sdnotes.cap.moments import AmbiguousError, Span
from sdnotes.cap.values import exactly
from sdnotes.sim import Operation, Outcome, Value


@dataclass(slots=True)
class _Item:
    """A value's way through the queue: who put it in, who took it out."""

    put: Span
    enqueue: int | None  # None: it was there from the beginning
    dequeue: int | None = None
    taken: tuple[float, float] = (math.inf, math.inf)

    @property
    def in_by(self) -> float:
        """Return when it was in for certain."""
        return min(self.put[1], self.taken[1])

    @property
    def out_from(self) -> float:
        """Return when its dequeue can have taken effect at the earliest."""
        return max(self.put[0], self.taken[0])


class _Parts:
    """The values of a history, and what belongs to none of them."""

    def __init__(
        self,
        operations: Sequence[Operation],
        first: tuple[Value, ...],
        places: Sequence[Span],
    ) -> None:
        self.places = places
        self.items: list[_Item] = []
        self.found_empty: list[int] = []
        self.lost: list[int] = []
        self.is_impossible = self.is_ambiguous = False
        sources: dict[Hashable, list[_Item]] = {}
        for place, value in enumerate(first):
            begin = 2 * (place - len(first))
            sources.setdefault(exactly(value), []).append(
                _Item((begin, begin + 1), None)
            )
        takers: dict[Hashable, list[int]] = {}
        for i, operation in enumerate(operations):
            if operation.action == "enqueue":
                item = _Item(places[i], i)
                sources.setdefault(exactly(operation.argument), []).append(item)
            elif operation.outcome is Outcome.UNKNOWN:
                self.lost.append(i)
            elif operation.result is None:
                self.found_empty.append(i)
            else:
                takers.setdefault(exactly(operation.result), []).append(i)
        self._pair(operations, sources, takers)

    def _pair(
        self,
        operations: Sequence[Operation],
        sources: dict[Hashable, list[_Item]],
        takers: dict[Hashable, list[int]],
    ) -> None:
        for value, taken_by in takers.items():
            given = sources.get(value, [])
            self.is_impossible |= len(taken_by) > len(given)
            self.is_ambiguous |= len(given) > 1
            if len(given) == 1:
                given[0].dequeue = taken_by[0]
                given[0].taken = self.places[taken_by[0]]
        for items in sources.values():
            for item in items:
                lost = item.enqueue is not None and (
                    operations[item.enqueue].outcome is Outcome.UNKNOWN
                )
                if item.dequeue is not None or not lost:
                    self.items.append(item)

    def give_to_the_lost(self) -> bool:
        """Give what must have been taken to lost dequeues; return if they suffice."""
        taken = sorted((i for i in self.items if i.dequeue is not None), key=_put_from)
        calls = [item.put[0] for item in taken]
        # Of all that was put in from some item on: the first that had come out.
        soonest = [math.inf]
        for item in reversed(taken):
            soonest.append(min(soonest[-1], item.taken[1]))
        soonest.reverse()
        empty = sorted(self.places[i] for i in self.found_empty)
        empty_calls = [call for call, _ in empty]
        first_answer = [math.inf]
        for _, answer in reversed(empty):
            first_answer.append(min(first_answer[-1], answer))
        first_answer.reverse()
        due: list[tuple[float, int, _Item]] = []
        for n, item in enumerate(self.items):
            if item.dequeue is None:
                by = min(
                    soonest[bisect_right(calls, item.put[1])],
                    first_answer[bisect_right(empty_calls, item.put[1])],
                )
                if by < math.inf:
                    due.append((by, n, item))
        lost = sorted(self.lost, key=lambda i: self.places[i])
        if len(due) > len(lost):
            return False
        for (by, _, item), dequeue in zip(sorted(due), lost, strict=False):
            if self.places[dequeue][0] > by:
                return False
            item.dequeue, item.taken = dequeue, self.places[dequeue]
        return True


def _put_from(item: _Item) -> int:
    return item.put[0]


def _in_order(items: Sequence[_Item]) -> list[_Item] | None:
    """Return the items as they went through, None if some must go both ways."""
    by_put = sorted(range(len(items)), key=lambda i: -items[i].put[0])
    by_taken = sorted(range(len(items)), key=lambda i: -items[i].out_from)
    puts = [(item.in_by, i) for i, item in enumerate(items)]
    takes = [(item.taken[1], i) for i, item in enumerate(items)]
    heapify(puts)
    heapify(takes)
    gone = [False] * len(items)
    half_free = [False] * len(items)
    ready: list[tuple[float, int, int]] = []

    def free(i: int) -> None:
        if half_free[i]:
            heappush(ready, (items[i].out_from, items[i].put[0], i))
        half_free[i] = True

    order: list[_Item] = []
    while len(order) < len(items):
        while gone[puts[0][1]]:
            heappop(puts)
        while gone[takes[0][1]]:
            heappop(takes)
        while by_put and items[by_put[-1]].put[0] < puts[0][0]:
            free(by_put.pop())
        while by_taken and items[by_taken[-1]].out_from <= takes[0][0]:
            free(by_taken.pop())
        if not ready:
            return None
        _, _, i = heappop(ready)
        gone[i] = True
        order.append(items[i])
    return order


def _woven(
    items: Sequence[_Item], found_empty: Sequence[int], places: Sequence[Span]
) -> list[int] | None:
    """Return the operations in order, None where they get stuck."""
    puts = [item.enqueue for item in items if item.enqueue is not None]
    takes = [item.dequeue for item in items if item.dequeue is not None]
    empties = sorted(found_empty, key=lambda i: places[i])
    inside = len(items) - len(puts)  # what was there from the beginning
    unplaced = sorted([*puts, *takes, *empties], key=lambda i: -places[i][1])
    order: list[int] = []
    placed: set[int] = set()
    put = took = empty = 0
    while unplaced:
        first_answer = places[unplaced[-1]][1]

        def may(i: int, before: int = first_answer) -> bool:
            return places[i][0] < before

        if not inside and empty < len(empties) and may(empties[empty]):
            order.append(empties[empty])
            empty += 1
        elif inside and took < len(takes) and may(takes[took]):
            order.append(takes[took])
            took, inside = took + 1, inside - 1
        elif put < len(puts) and may(puts[put]):
            order.append(puts[put])
            put, inside = put + 1, inside + 1
        else:
            return None
        placed.add(order[-1])
        while unplaced and unplaced[-1] in placed:
            unplaced.pop()
    return order


def arranged(
    operations: Sequence[Operation],
    first: tuple[Value, ...],
    places: Sequence[Span],
) -> list[int] | None:
    """Return the one order worth trying, None if there is none.

    Raises AmbiguousError where a value that came out went in twice, or where a lost
    dequeue and one that found the queue empty leave more than one order to try.
    Cost: n log n.
    """
    parts = _Parts(operations, first, places)
    if parts.is_impossible:
        return None
    if parts.is_ambiguous:
        raise AmbiguousError("a value that came out went in more than once")
    if not parts.give_to_the_lost():
        return None
    if any(item.taken[1] < item.put[0] for item in parts.items):
        return None
    items = _in_order(parts.items)
    order = None if items is None else _woven(items, parts.found_empty, places)
    if order is None and parts.lost and parts.found_empty:
        raise AmbiguousError("a lost dequeue may have left the queue empty")
    return order
