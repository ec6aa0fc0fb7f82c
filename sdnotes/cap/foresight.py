"""Look ahead: what do the answers still to come demand, and who can still supply it?

    the value now     7, and nobody will write it again
    to be placed      read: 7    write 8
    write 8 first?    then the read can never see its 7: do not even try

For an object that is one value, a step that leaves a value which some answer still
needs, and which no operation left can bring back, leads nowhere. A search that leaves
such steps out gives the same verdicts and visits far less.

Source: ours; the rule for one value is folklore among checkers of registers.
Left out: the like for queues and counters. Chapter: docs/chapters/cap/.
"""

from collections.abc import Callable, Hashable, Sequence

from sdnotes.cap.values import exactly
from sdnotes.sim import Operation, Value

Needs = Callable[[Operation], tuple[Value] | None]


class Supply:
    """Which operations need a value, and which bring it: by their places."""

    def __init__(
        self,
        known: Sequence[Operation],
        unknown: Sequence[Operation],
        needs: Needs,
        gives: Needs,
    ) -> None:
        self._needed_by = _by_value(known, needs)
        self._given_by = _by_value(known, gives)
        self._perhaps_given_by = _by_value(unknown, gives)

    def strands(
        self,
        value: Value,
        is_placed: Callable[[int], bool],
        is_used: Callable[[int], bool],
        leaving: tuple[bool, int],
    ) -> bool:
        """Return whether leaving the value now strands an answer that needs it.

        ``leaving`` is the step that does: whether it is a known operation, and its
        place among the known or the unknown ones.
        """
        by_known, place = leaving
        key = exactly(value)

        def left(places: Sequence[int]) -> bool:
            # The last ones are looked at first: they are the ones not yet placed.
            return any(
                not is_placed(i) and not (by_known and i == place)
                for i in reversed(places)
            )

        if not left(self._needed_by.get(key, ())) or left(self._given_by.get(key, ())):
            return False
        return not any(
            not is_used(i) and (by_known or i != place)
            for i in self._perhaps_given_by.get(key, ())
        )


def _by_value(
    operations: Sequence[Operation], values: Needs
) -> dict[Hashable, list[int]]:
    places: dict[Hashable, list[int]] = {}
    for place, operation in enumerate(operations):
        held = values(operation)
        if held is not None:
            places.setdefault(exactly(held[0]), []).append(place)
    return places
