"""What one machine, doing one thing at a time, would answer: the meaning of "right".

    model      action            argument     result
    Register   read              -            the value
               write             value        -
               cas               (old, new)   True, or False where it was not old
    Counter    add               amount       the new value, or None: not told
               read              -            the value
    Account    withdraw          amount       what is left; never below zero
    Queue      enqueue           value        -
               dequeue           -            the oldest value, or None: empty

A model is judged against a history by sdnotes.cap.linearizability. For a system of your
own, subclass Model: ``initial`` and ``step`` are enough.

    what cannot be                          what happens
    an action or argument not above         validate raises MalformedHistoryError
    a result that the state does not give   step says False: not in this order
    an unknown outcome                      step says what may have happened
    a failed outcome                        nobody asks: it did not happen

Rules: ``step`` changes nothing, it returns a state; what ``reads_only`` names leaves
every state as it is; what ``needs`` a value fits no other state, and what ``gives``
one leaves that or what was there. A ``step`` that also says False where the state
contradicts answers still to come makes a search a thousand times shorter: a model may
be made for one history, and know its answers.

Source: Herlihy and Wing 1990, section 2.2 (sequential specifications).
Left out: sets, maps, locks. Chapter: docs/chapters/cap/.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from sdnotes.cap.distinct_queue import arranged as arranged_queue
from sdnotes.cap.distinct_register import arranged as arranged_register
from sdnotes.cap.moments import Order, Span, decide
from sdnotes.cap.values import exactly, same
from sdnotes.sim import MalformedHistoryError, Operation, Outcome, Value

State = TypeVar("State", bound=Hashable)


class Model(ABC, Generic[State]):
    """A kind of object; its states are hashable, its ``initial`` one is given."""

    initial: State

    @abstractmethod
    def step(self, state: State, operation: Operation) -> tuple[bool, State]:
        """Return whether the result is possible in this state, and the next state.

        An operation of unknown outcome has no result to agree with.
        """

    def reads_only(self, operation: Operation) -> bool:  # noqa: ARG002
        """Return whether the operation leaves every state as it is.

        The search then places it as soon as it fits and never tries it later. False
        is always safe, and slower.
        """
        return False

    def validate(self, operation: Operation) -> None:
        """Raise MalformedHistoryError for an operation that this kind does not have."""

    def ranks(self, known: Sequence[Operation]) -> list[float]:
        """Return which operations to try first, the lowest: those that end first."""
        return [operation.end_us for operation in known]

    def value_of(self, state: State) -> tuple[Value] | None:  # noqa: ARG002
        """Return the one value that the state is, if that is all it is."""
        return None

    def needs(self, operation: Operation) -> tuple[Value] | None:  # noqa: ARG002
        """Return the value that the answer demands, for an object that is one value."""
        return None

    def gives(self, operation: Operation) -> tuple[Value] | None:  # noqa: ARG002
        """Return the value that the operation may leave behind, likewise."""
        return None

    def decide(
        self,
        operations: Sequence[Operation],  # noqa: ARG002
    ) -> tuple[Order | None] | None:
        """Return (an order,), (None,) if there is none, or None: a search must tell.

        ``operations`` are those of a History that are known, and those that are
        unknown and do not only read.
        """
        return None


def _demand(fine: bool, kind: str, wanted: str, operation: Operation) -> None:
    if not fine:
        raise MalformedHistoryError(f"{kind} takes {wanted}, not {operation}")


def _is_amount(value: Value) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _agrees(operation: Operation, answer: Value) -> bool:
    return operation.outcome is Outcome.UNKNOWN or same(operation.result, answer)


@dataclass(frozen=True, slots=True)
class Register(Model[Value]):
    """One value: ``write`` puts it, ``read`` returns it, ``cas`` swaps an old one."""

    initial: Value = 0

    def validate(self, operation: Operation) -> None:
        """Refuse other actions, and a cas without its two values."""
        known = operation.action in ("read", "write", "cas")
        _demand(known, "a register", "read, write or cas", operation)
        if operation.action == "cas":
            pair = isinstance(operation.argument, tuple) and len(operation.argument)
            _demand(pair == 2, "cas", "(old, new)", operation)
            told = operation.outcome is Outcome.OK
            fine = not told or isinstance(operation.result, bool)
            _demand(fine, "cas", "a result of true or false", operation)

    def value_of(self, state: Value) -> tuple[Value] | None:
        """Return the state: a register is one value."""
        return (state,)

    def needs(self, operation: Operation) -> tuple[Value] | None:
        """Return what a read saw, or what a cas that answered True found."""
        if operation.action == "read":
            return (operation.result,)
        if operation.action == "cas" and operation.result is True:
            assert isinstance(operation.argument, tuple)
            return (operation.argument[0],)
        return None

    def gives(self, operation: Operation) -> tuple[Value] | None:
        """Return what a write or a cas puts there, if it takes effect."""
        if operation.action == "write":
            return (operation.argument,)
        if operation.action == "cas" and operation.result is not False:
            assert isinstance(operation.argument, tuple)
            return (operation.argument[1],)
        return None

    def reads_only(self, operation: Operation) -> bool:
        """Return True for a read, and for a cas that answered False."""
        return operation.action == "read" or (
            operation.action == "cas" and operation.result is False
        )

    def step(self, state: Value, operation: Operation) -> tuple[bool, Value]:
        """Return whether a read saw the state, and the state after."""
        if operation.action == "read":
            return _agrees(operation, state), state
        if operation.action == "write":
            return True, operation.argument
        assert isinstance(operation.argument, tuple)
        old, new = operation.argument
        swapped = same(state, old)
        return _agrees(operation, swapped), new if swapped else state

    def decide(self, operations: Sequence[Operation]) -> tuple[Order | None] | None:
        """Decide without a search where each value that was seen was written once."""
        if type(self).step is not Register.step:
            return None  # a register of another kind

        def arrange(places: Sequence[Span]) -> list[int] | None:
            return arranged_register(operations, self.initial, places)

        return decide(operations, arrange)


@dataclass(frozen=True, slots=True)
class Counter(Model[int]):
    """A number: ``add`` changes it by an amount, ``read`` returns it."""

    initial: int = 0

    def __post_init__(self) -> None:
        if not _is_amount(self.initial):
            raise ValueError(f"initial={self.initial!r} is not a whole number")

    def validate(self, operation: Operation) -> None:
        """Refuse other actions, and an amount that is no whole number."""
        known = operation.action in ("add", "read")
        _demand(known, "a counter", "add or read", operation)
        if operation.action == "add":
            _demand(_is_amount(operation.argument), "add", "a whole number", operation)
        shown = operation.result
        told = operation.outcome is Outcome.OK and (
            operation.action == "read" or shown is not None
        )
        _demand(not told or _is_amount(shown), "a counter", "whole results", operation)

    def reads_only(self, operation: Operation) -> bool:
        """Return True for a read."""
        return operation.action == "read"

    def step(self, state: int, operation: Operation) -> tuple[bool, int]:
        """Return whether the number seen is the number here, and the number after."""
        if operation.action == "read":
            return _agrees(operation, state), state
        assert isinstance(operation.argument, int)
        after = state + operation.argument
        return operation.result is None or _agrees(operation, after), after


@dataclass(frozen=True, slots=True)
class Account(Model[int]):
    """A balance: ``withdraw`` takes an amount, returns what is left, is never short."""

    initial: int = 0

    def __post_init__(self) -> None:
        if not _is_amount(self.initial):
            raise ValueError(f"initial={self.initial!r} is not a whole number")

    def validate(self, operation: Operation) -> None:
        """Refuse other actions, and an amount that is not above 0."""
        known = operation.action == "withdraw"
        _demand(known, "an account", "withdraw", operation)
        amount = operation.argument
        fine = _is_amount(amount) and isinstance(amount, int) and amount > 0
        _demand(fine, "withdraw", "an amount above 0", operation)
        told = operation.outcome is Outcome.OK
        whole = not told or _is_amount(operation.result)
        _demand(whole, "an account", "whole results", operation)

    def step(self, state: int, operation: Operation) -> tuple[bool, int]:
        """Return whether the withdrawal could be paid and showed what was left."""
        assert isinstance(operation.argument, int)
        left = state - operation.argument
        return left >= 0 and _agrees(operation, left), left


@dataclass(frozen=True, slots=True)
class Queue(Model[tuple[Value, ...]]):
    """First in, first out; ``dequeue`` of an empty queue returns None."""

    initial: tuple[Value, ...] = ()

    def __post_init__(self) -> None:
        if not isinstance(self.initial, tuple):
            raise ValueError(  # noqa: TRY004 - all bad first states are alike
                f"initial={self.initial!r} is not a tuple of values"
            )
        if None in self.initial:
            raise ValueError(
                f"initial={self.initial!r}: None would mean an empty queue"
            )

    def validate(self, operation: Operation) -> None:
        """Refuse other actions, and an enqueue of None, which would mean empty."""
        known = operation.action in ("enqueue", "dequeue")
        _demand(known, "a queue", "enqueue or dequeue", operation)
        if operation.action == "enqueue":
            _demand(operation.argument is not None, "enqueue", "a value", operation)

    def ranks(self, known: Sequence[Operation]) -> list[float]:
        """Return the order in which values came out: they went in like that."""
        out = {exactly(o.result): o.end_us for o in known if o.action == "dequeue"}
        return [
            out.get(exactly(o.argument), math.inf) if o.action == "enqueue" else -1
            for o in known
        ]

    def reads_only(self, operation: Operation) -> bool:
        """Return True for a dequeue that found nothing."""
        return (
            operation.action == "dequeue"
            and operation.outcome is Outcome.OK
            and operation.result is None
        )

    def step(
        self, state: tuple[Value, ...], operation: Operation
    ) -> tuple[bool, tuple[Value, ...]]:
        """Return whether the oldest value came out, and the queue after."""
        if operation.action == "enqueue":
            return True, (*state, operation.argument)
        oldest = state[0] if state else None
        return _agrees(operation, oldest), state[1:]

    def decide(self, operations: Sequence[Operation]) -> tuple[Order | None] | None:
        """Decide without a search where each value that came out went in once."""
        if type(self).step is not Queue.step:
            return None  # a queue of another kind

        def arrange(places: Sequence[Span]) -> list[int] | None:
            return arranged_queue(operations, self.initial, places)

        return decide(operations, arrange)
