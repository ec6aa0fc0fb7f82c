"""Judge a register without a search: each value that was seen was written once.

    write 1   |------|                 the family of 1: its write and its reads;
    read 1        |------|             they must stand together, the write first
    write 2             |-------|
    read 2                   |----|    the family of 2 stands behind that of 1

Who wrote the value of a read is no question then, so only the order of the families is
left to find. One must stand before another if a member of it was answered before a
member of the other was called: if its first answer is before the other's last call. If
that holds both ways, no order is possible. If it never does, putting the families in
the order of the smaller one of their own two moments, first answer and last call, keeps
all of it. So there is one order to try.

A compare-and-set that swapped is the last of one family and the first of the next; it
ties the two together. One that found another value only rules out a place; it is put
in where it fits, and if it does not fit, a search must tell.

Source: Gibbons and Korach 1997, "Testing Shared Memories" (each value written once);
the order by the two moments, and compare-and-set, are ours.
Left out: values that were written twice and seen. Chapter: docs/chapters/cap/.
"""

from collections.abc import Hashable, Sequence

from sdnotes.cap.moments import AmbiguousError, Span, keeps_time
from sdnotes.cap.values import exactly
from sdnotes.sim import Operation, Outcome, Value

_FIRST = -1
"""Stands for the write that gave the first value, before everything."""


def _old(operation: Operation) -> tuple[Value] | None:
    """Return what the value was before, if the operation took effect and tells."""
    if operation.action == "read":
        return (operation.result,)
    if operation.action == "cas":
        assert isinstance(operation.argument, tuple)
        return (operation.argument[0],)
    return None


def _new(operation: Operation) -> tuple[Value] | None:
    """Return what the value is afterwards, if the operation changes it."""
    if operation.action == "write":
        return (operation.argument,)
    if operation.action == "cas" and operation.result is not False:
        assert isinstance(operation.argument, tuple)
        return (operation.argument[1],)
    return None


class _Families:
    """Who gave which value, and who needs it."""

    def __init__(self, operations: Sequence[Operation], first: Value) -> None:
        self.operations = operations
        self.givers: dict[Hashable, list[int]] = {exactly(first): [_FIRST]}
        self.needed_by: dict[Hashable, list[int]] = {}
        self.taken: set[int] = set()
        """Operations that took effect: all known ones, and the unknown ones needed."""
        self.bystanders: list[int] = []
        """Each a compare-and-set that found another value."""
        self.is_impossible = self.is_ambiguous = False
        for i, operation in enumerate(operations):
            if (new := _new(operation)) is not None:
                self.givers.setdefault(exactly(new[0]), []).append(i)
        for i, operation in enumerate(operations):
            if operation.outcome is not Outcome.OK:
                continue
            if operation.action == "cas" and operation.result is False:
                self.bystanders.append(i)
            elif i not in self.taken:
                self._take(i)

    def _take(self, operation: int) -> None:
        waiting = [operation]
        while waiting:
            i = waiting.pop()
            self.taken.add(i)
            old = _old(self.operations[i])
            if old is None:
                continue
            value = exactly(old[0])
            self.needed_by.setdefault(value, []).append(i)
            givers = self.givers.get(value, [])
            self.is_impossible |= not givers
            self.is_ambiguous |= len(givers) > 1
            if len(givers) == 1 and givers[0] != _FIRST:
                giver = givers[0]
                unknown = self.operations[giver].outcome is Outcome.UNKNOWN
                if unknown and giver not in self.taken:
                    waiting.append(giver)

    def family(self, head: int, value: Hashable, places: Sequence[Span]) -> list[int]:
        """Return what must stand together from ``head`` on, in order.

        Raises ValueError where two compare-and-sets both swapped one value.
        """
        members = [head] if head != _FIRST else []
        while True:
            needing = self.needed_by.get(value, [])
            swaps = [i for i in needing if self.operations[i].action == "cas"]
            reads = [i for i in needing if self.operations[i].action == "read"]
            members += sorted(reads, key=lambda i: places[i])
            if not swaps:
                return members
            (swap,) = swaps  # ValueError: a value that was there once, swapped twice
            members.append(swap)
            new = _new(self.operations[swap])
            assert new is not None
            value = exactly(new[0])


def arranged(
    operations: Sequence[Operation], first: Value, places: Sequence[Span]
) -> list[int] | None:
    """Return the one order worth trying, None if there is none.

    Unknown reads are not among the operations. Raises AmbiguousError where a value that
    was seen was written twice, or no place is found for what found another value.
    Cost: n log n, and n for each compare-and-set that found another value.
    """
    families = _Families(operations, first)
    if families.is_impossible:
        return None
    if families.is_ambiguous:
        raise AmbiguousError("a value that was seen was written more than once")
    try:
        begin = families.family(_FIRST, exactly(first), places)
        others = [
            families.family(i, exactly(operations[i].argument), places)
            for i in sorted(families.taken)
            if operations[i].action == "write"
        ]
    except ValueError:
        return None

    def moment(members: list[int]) -> int:
        first_answer = min(places[i][1] for i in members)
        last_call = max(places[i][0] for i in members)
        return min(first_answer, last_call)

    order = [*begin, *(i for f in sorted(others, key=moment) for i in f)]
    if len(order) < len(families.taken) or not keeps_time(order, places):
        return None  # fewer: a circle of swaps, none of which can be the first
    for i in families.bystanders:
        _put_in(i, order, operations, first, places)
    return order


def _put_in(
    bystander: int,
    order: list[int],
    operations: Sequence[Operation],
    first: Value,
    places: Sequence[Span],
) -> None:
    """Put in what found another value than its old one, where it did."""
    call, answer = places[bystander]
    old = _old(operations[bystander])
    assert old is not None
    earliest = 0
    for place, i in enumerate(order):
        if places[i][1] < call:
            earliest = place + 1
    value = exactly(first)
    for place, i in enumerate([*order, _FIRST]):
        if place >= earliest and value != exactly(old[0]):
            order.insert(place, bystander)
            return
        if i == _FIRST or places[i][0] > answer:
            break
        if (new := _new(operations[i])) is not None:
            value = exactly(new[0])
    raise AmbiguousError("no place found for a compare-and-set that failed")
