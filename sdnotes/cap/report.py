"""Say in words what a judge found: values as JSON writes them, times in their unit.

    not linearizable
    no order explains: B: read [30..40 us] ok 0
    the others, in order:
      1. A: write 1 [0..50 us] unknown
    (2 operations, 1 key, as a register that begins as 0)

Left out: colour. Chapter: docs/chapters/cap/.
"""

import json
from typing import Any

from sdnotes.cap.models import Model
from sdnotes.cap.verdict import Verdict
from sdnotes.sim import History, Operation, Outcome, Value

_ANSWERS_TELL = ("read", "dequeue")
"""Actions whose answer is a value, and null an answer like others."""


def _as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _bare(value: Value) -> str:
    """Return a value; a text as it is, which is how people wrote it in their calls."""
    return value if isinstance(value, str) else _as_json(value)


def described(operation: Operation, unit: str) -> str:
    """Return who asked for what, when, and what was answered.

    Examples:
        >>> read = Operation("B", "read", None, 3, 4, Outcome.OK)
        >>> described(read, "line")
        'B: read [lines 3..4] ok null'
    """
    words = [operation.action, operation.key]
    if operation.argument is not None:
        words.append(_bare(operation.argument))
    end = "?" if operation.completed_us is None else str(operation.completed_us)
    span = f"{operation.invoked_us}..{end}"
    times = f"[lines {span}]" if unit == "line" else f"[{span} {unit}]"
    answer = operation.outcome is Outcome.OK and (
        operation.result is not None or operation.action in _ANSWERS_TELL
    )
    result = f" {_bare(operation.result)}" if answer else ""
    said = " ".join(word for word in words if word)
    return f"{operation.process}: {said} {times} {operation.outcome}{result}"


def report(
    history: History, verdict: Verdict, model: Model[Any], name: str, unit: str
) -> str:
    """Return the verdict, what was judged as what, and a hint where one may help."""

    def at(time_us: int) -> str:
        return f"line {time_us}" if unit == "line" else f"{time_us} {unit}"

    said = verdict.told(lambda operation: described(operation, unit), at)
    count = len(history.operations)
    keys = len({operation.key for operation in history.operations})
    judged = (
        f"({count} operation{'s' * (count > 1)}, {keys} key{'s' * (keys > 1)}, "
        f"as a {name} that begins as {_as_json(model.initial)})"
    )
    return "\n".join([said, judged, *_hints(verdict, model)])


def _hints(verdict: Verdict, model: Model[Any]) -> list[str]:
    saw_null = any(
        answer.action == "read" and answer.result is None
        for refutation in verdict.refutations.values()
        for answer in refutation.answers
    )
    if saw_null and model.initial is not None:
        return [
            "(a read found null: if nothing was there at first, say --initial null)"
        ]
    return []
