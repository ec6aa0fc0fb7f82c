"""Who asked for what, when, and what they were told: the input of every checker.

    operation      process  action  invoked  completed  outcome  result
    0              c1       write   0 us     40 us      ok
    1              c2       read    50 us    -          unknown         still open

An operation whose caller was never told (a lost reply, a crash) is *unknown*: it may
have happened, may still happen, or may never. One that *failed* has certainly not.

Source: Herlihy and Wing 1990, section 2 (histories); Jepsen's ok, fail and info.
Left out: judging. Checkers live with their chapter.
"""

import json
import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from types import UnionType

from sdnotes.sim.trace import Completed, Invoked, Trace, Value, frozen, once


class Outcome(StrEnum):
    """What the caller of an operation knows."""

    OK = "ok"
    FAILED = "failed"
    UNKNOWN = "unknown"


class MalformedHistoryError(ValueError):
    """The history cannot have happened; its author must mend it."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One call: from ``invoked_us`` to ``completed_us``, None if never answered.

    Raises MalformedHistoryError when it completed before it was invoked, or when its
    outcome and its completion contradict each other.
    """

    process: str
    action: str
    argument: Value
    invoked_us: int
    completed_us: int | None
    outcome: Outcome
    result: Value = None
    key: str = ""

    def __post_init__(self) -> None:
        for name, wanted in _FIELDS.items():
            value = getattr(self, name)
            if not isinstance(value, wanted) or isinstance(value, bool):
                raise MalformedHistoryError(f"{name}={value!r}: {self}")
        for name in ("argument", "result"):
            if not is_plain(getattr(self, name)):
                raise MalformedHistoryError(
                    f"{name} is not made of true, false, null, whole numbers, "
                    f"strings and tuples of them: {self}"
                )
        if self.completed_us is not None and self.completed_us < self.invoked_us:
            raise MalformedHistoryError(f"completed before it was invoked: {self}")
        if self.completed_us is None and self.outcome is not Outcome.UNKNOWN:
            raise MalformedHistoryError(f"{self.outcome} but never completed: {self}")
        if self.outcome is Outcome.UNKNOWN and self.result is not None:
            raise MalformedHistoryError(f"unknown, and yet a result: {self}")

    @property
    def end_us(self) -> float:
        """Return when it was answered; infinity if it never was."""
        return math.inf if self.completed_us is None else self.completed_us

    def __str__(self) -> str:
        words = [self.action, self.key, "" if self.argument is None else self.argument]
        said = " ".join(str(word) for word in words if word != "")
        end = "?" if self.completed_us is None else self.completed_us
        result = "" if self.result is None else f" {self.result}"
        return (
            f"{self.process}: {said} [{self.invoked_us}..{end} us] "
            f"{self.outcome}{result}"
        )


@dataclass(frozen=True, slots=True)
class History:
    """Operations, by the time of their invocation.

    Raises MalformedHistoryError when a process invokes an operation while another of
    its own is open: a process is sequential. After an unknown outcome a client goes
    on under a new process name.
    """

    operations: tuple[Operation, ...]

    def __post_init__(self) -> None:
        ordered = tuple(sorted(self.operations, key=_place))
        object.__setattr__(self, "operations", ordered)
        last: dict[str, Operation] = {}
        for operation in ordered:
            before = last.get(operation.process)
            if before is not None and (
                before.completed_us is None
                or operation.invoked_us < before.completed_us
            ):
                raise MalformedHistoryError(
                    f"{operation} was invoked while {before} was open"
                )
            last[operation.process] = operation

    @classmethod
    def from_trace(cls, trace: Trace) -> "History":
        """Return the operations that a trace tells of; open ones are unknown."""
        ends = {e.operation: e for e in trace if isinstance(e, Completed)}
        operations = []
        for event in trace:
            if not isinstance(event, Invoked):
                continue
            end = ends.get(event.operation)
            operations.append(
                Operation(
                    process=event.who,
                    action=event.action,
                    argument=event.argument,
                    invoked_us=event.at_us,
                    completed_us=end.at_us if end else None,
                    outcome=Outcome(end.outcome) if end else Outcome.UNKNOWN,
                    result=end.result if end else None,
                    key=event.key,
                )
            )
        return cls(tuple(operations))

    def to_json_lines(self) -> str:
        """Return one operation a line; ``from_json_lines`` reads them back."""
        return "".join(f"{json.dumps(asdict(o))}\n" for o in self.operations)

    @classmethod
    def from_json_lines(cls, lines: Iterable[str]) -> "History":
        """Return the history that was written; blank lines are passed over.

        A line needs "process", "action" and "invoked_us". What else it may leave out:
        "argument", "result" and "key" are then null, null and "", "completed_us" is
        null (never answered), and "outcome" is "ok" with a completion, else "unknown".
        No line names a field twice.

        Raises MalformedHistoryError, with the number of the line, where a line is not
        an operation.
        """
        operations = []
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                operations.append(_operation(json.loads(line, object_pairs_hook=once)))
            except (ValueError, TypeError, KeyError, RecursionError) as error:
                raise MalformedHistoryError(
                    f"line {number} is not an operation: {error}"
                ) from error
        return cls(tuple(operations))


_FIELDS: dict[str, type | UnionType] = {
    "process": str,
    "action": str,
    "key": str,
    "invoked_us": int,
    "completed_us": int | None,
    "outcome": Outcome,
}


def is_plain(value: object) -> bool:
    """Return whether a value is made of what operations take and give."""
    if isinstance(value, tuple):
        return all(map(is_plain, value))
    return value is None or isinstance(value, bool | int | str)


def _place(operation: Operation) -> tuple[int, float]:
    """Return where an operation stands in its history; an open one is its last."""
    return operation.invoked_us, operation.end_us


def _operation(fields: object) -> Operation:
    if not isinstance(fields, dict):
        raise TypeError(f"{fields!r} is not an object with named fields")
    fields = {name: frozen(value) for name, value in fields.items()}
    for name in ("process", "action", "invoked_us"):
        if name not in fields:
            raise KeyError(f"without {name!r}")
    known = Operation.__dataclass_fields__
    for name in fields:
        if name not in known:
            raise KeyError(f"{name!r} is not one of {', '.join(known)}")
    answered = fields.setdefault("completed_us") is not None
    fields.setdefault("argument")
    fields["outcome"] = Outcome(fields.get("outcome", "ok" if answered else "unknown"))
    return Operation(**fields)
