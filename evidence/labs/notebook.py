"""What a lab writes down: facts, which are compared, and what else was observed.

    fact       situation       asked             came back
               "link cut"      "100 writes"      "100 acknowledged"
    observed   seconds, server's own words, versions, whole histories

A fact is what every run on every machine must show again: no duration, no port, no
wording of an error message. A history of clients is observed; the verdict on it is a
fact, in a row that names the history, and a test judges the recorded history again.

Source: evidence/labs/README.md; sdnotes/cap/linearizability.py.
Left out: objects other than one register that holds nothing (None) at first.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from sdnotes.cap import Register, linearize
from sdnotes.sim import History

COLUMNS = ("situation", "what was asked", "what came back")
Row = tuple[str, str, str]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """What a call returned, or the error that it raised; and how long it took."""

    value: T | None
    error: Exception | None
    seconds: float

    @property
    def said(self) -> str:
        """Return the server's own words, for what is observed."""
        said = self.value if self.error is None else self.error
        return "" if said is None else str(said).strip()


def ask(call: Callable[[], T], refusals: type[Exception]) -> Answer[T]:
    """Return what the call returned, or which of the refusals it raised."""
    began = time.monotonic()
    value, error = None, None
    try:
        value = call()
    except refusals as refusal:
        error = refusal
    return Answer(value, error, round(time.monotonic() - began, 3))


@dataclass(slots=True)
class Notebook:
    """Collects the rows of a record and what was observed beside them."""

    rows: list[Row] = field(default_factory=list)
    observed: dict[str, Any] = field(default_factory=dict)

    def fact(self, situation: str, asked: str, came_back: str, **observed: Any) -> None:
        """Write a row; what was observed with it goes to the record's other part."""
        self.rows.append((situation, asked, came_back))
        if observed:
            where = {"situation": situation, "asked": asked}
            self.observed.setdefault("answers", []).append({**where, **observed})

    def history(self, situation: str, name: str, history: History) -> None:
        """Keep a history, and write the verdict on it as a row that names it."""
        self.fact(situation, f"history {name}", verdict(history))
        self.observed.setdefault("histories", {})[name] = as_json(history)


def verdict(history: History) -> str:
    """Return, as a cell, whether one register, empty at first, could have answered."""
    possible = linearize(history, Register(None)) is not None
    return "linearizable" if possible else "not linearizable"


def as_json(history: History) -> list[dict[str, Any]]:
    """Return the operations as a record keeps them, one dict each."""
    return [json.loads(line) for line in history.to_json_lines().splitlines()]


def from_json(operations: list[dict[str, Any]]) -> History:
    """Return the history that a record keeps."""
    return History.from_json_lines(map(json.dumps, operations))
