"""Could these operations have happened one at a time, each while it was running?

    client A   |--- withdraw 10 -> 40 ---|
    client B                                |--- withdraw 20 -> 30 ---|     no

One machine that does one thing at a time would have shown B 20, since A had finished
before B began. A history is **linearizable** if some order of its operations respects
"finished before began" and every result is what that order gives. An operation with an
unknown outcome may take its place anywhere after its invocation, or nowhere.

Source: Herlihy and Wing 1990; the search is Wing and Gong 1993, "Testing and Verifying
Concurrent Objects".
Left out: several keys (every operation is taken to be on one object); remembering
states already tried (Lowe 2017), so the cost grows exponentially with the number of
operations that overlap. Chapter: docs/chapters/cap.md.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from sdnotes.sim import History, Operation, Outcome, Value


class Model(Protocol):
    """What one machine, doing one thing at a time, would answer."""

    initial: Value

    def step(self, state: Value, operation: Operation) -> tuple[bool, Value]:
        """Return whether the result is possible in this state, and the next state.

        An operation of unknown outcome has no result to agree with.
        """
        ...


@dataclass(frozen=True, slots=True)
class Register:
    """One value: ``write`` puts it, ``read`` returns it."""

    initial: Value = 0

    def step(self, state: Value, operation: Operation) -> tuple[bool, Value]:
        """Return whether a read saw the state, and the state after."""
        if operation.action == "write":
            return True, operation.argument
        if operation.action == "read":
            unknown = operation.outcome is Outcome.UNKNOWN
            return unknown or operation.result == state, state
        raise ValueError(f"a register has no action {operation.action!r}")


@dataclass(frozen=True, slots=True)
class Account:
    """A balance: ``withdraw`` takes an amount, returns what is left, is never short."""

    initial: Value = 0

    def step(self, state: Value, operation: Operation) -> tuple[bool, Value]:
        """Return whether the withdrawal could be paid and showed what was left."""
        if operation.action != "withdraw":
            raise ValueError(f"an account has no action {operation.action!r}")
        assert isinstance(state, int)
        assert isinstance(operation.argument, int)
        left = state - operation.argument
        agrees = operation.outcome is Outcome.UNKNOWN or operation.result == left
        return left >= 0 and agrees, left


def linearize(history: History, model: Model) -> tuple[Operation, ...] | None:
    """Return an order that explains every result, or None if there is none.

    Failed operations did not happen and are left out; unknown ones that are not needed
    at the end of the order are left out too.
    """
    happened = [o for o in history.operations if o.outcome is not Outcome.FAILED]
    order: list[Operation] = []
    # What waits after each operation of the order, and what may be tried there next.
    path = [(happened, _steps(happened, model.initial, model))]
    while path:
        waiting, steps = path[-1]
        if all(o.outcome is Outcome.UNKNOWN for o in waiting):
            return tuple(order)
        step = next(steps, None)
        if step is not None:
            operation, rest, state = step
            order.append(operation)
            path.append((rest, _steps(rest, state, model)))
        else:
            path.pop()
            if order:
                order.pop()
    return None


def _steps(
    waiting: list[Operation], state: Value, model: Model
) -> Iterator[tuple[Operation, list[Operation], Value]]:
    """Yield each operation that may come next, with what then waits and the state."""
    ends = (o.completed_us for o in waiting if o.outcome is Outcome.OK)
    first_end_us = min((end for end in ends if end is not None), default=None)
    begun: set[str] = set()
    for operation in waiting:
        # A process does one thing after another, also within one microsecond.
        if operation.process in begun:
            continue
        begun.add(operation.process)
        # Whoever goes next must have begun before the first of the others ended.
        if first_end_us is not None and operation.invoked_us > first_end_us:
            continue
        possible, after = model.step(state, operation)
        if possible:
            yield operation, [o for o in waiting if o is not operation], after
