"""What transactions did, in order: what the store writes down and a checker reads.

    at   transaction   action   key   value   version
     0   T0            write    x        10   T0.1       what was there at the beginning
     1   T0            commit
     2   T1            begin
     3   T1            read     x        10   T0.1
     4   T1            write    x        11   T1.1       T1's first write

A version is named after who wrote it. That a read names the version that it saw, and
not its value alone, makes the dependencies between transactions plain.

Source: Adya, Liskov, O'Neil 2000 (histories, versions, version sets).
Left out: judging. Chapter: docs/chapters/acid/.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

Value: TypeAlias = int | str
"""What is stored below a key; None stands for nothing at all."""

INITIAL = "T0"
"""The transaction that wrote what was there at the beginning."""


class Action(StrEnum):
    """What one step of a transaction did."""

    BEGIN = "begin"
    READ = "read"
    WRITE = "write"
    SCAN = "scan"
    COMMIT = "commit"
    ABORT = "abort"


@dataclass(frozen=True, slots=True)
class Operation:
    """One step that was done; ``at`` is its place in the history, counted from 0.

    A read's ``version`` is the one that it saw, "" where the key never was; a write's
    is the one that it made, and without a value it is a delete. A scan ``matched`` some
    keys with their values, and had ``seen`` a version of every key there was.
    """

    transaction: str
    action: Action
    at: int
    key: str = ""
    value: Value | None = None
    version: str = ""
    predicate: str = ""
    matched: tuple[tuple[str, Value], ...] = ()
    seen: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        words = [self.transaction, str(self.action), self.key, self.predicate]
        if self.action is Action.SCAN:
            found = ", ".join(f"{key} = {value}" for key, value in self.matched)
            words.append(f"-> {found or 'nothing'}")
        elif self.key:
            words.append("nothing" if self.value is None else str(self.value))
        return " ".join(word for word in words if word)
