"""What the store writes to its log, and what it makes of it after a crash.

    ["put", 7, "x", 90]  ["put", 7, "y", 110]  ["commit", 7]     both writes count
    ["put", 8, "x", 0]                                           neither does: no commit

A transaction has happened as soon as its one commit record is on the disk. Numbers of
transactions are never used twice in a log, or a commit would adopt an old one's writes.

Source: Gray and Reuter 1993, chapters 9 and 10; Mohan et al. 1992 (redo).
Left out: undo (nothing uncommitted leaves the log), pages.
Builds on: sdnotes.acid.log. Chapter: docs/chapters/acid/.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from sdnotes.acid.operations import Value


class MalformedRecordError(ValueError):
    """A record is whole, but this store did not write it; it is another log."""


def put_record(number: int, key: str, value: Value | None) -> bytes:
    """Return the record of one write; without a value it deletes."""
    return json.dumps(["put", number, key, value]).encode()


def commit_record(number: int) -> bytes:
    """Return the record with which a transaction has happened."""
    return json.dumps(["commit", number]).encode()


@dataclass(slots=True)
class Replayed:
    """What committed transactions have left, and which number is the next."""

    values: dict[str, Value] = field(default_factory=dict)
    commits: int = 0
    next_number: int = 1


def replay(payloads: Iterable[bytes]) -> Replayed:
    """Return what the log's records amount to. Cost: linear in them.

    Raises MalformedRecordError, with the number of the record, counted from 1.
    """
    found = Replayed()
    written: dict[int, dict[str, Value | None]] = {}
    for place, payload in enumerate(payloads, start=1):
        number, writes = _parsed(payload, place)
        found.next_number = max(found.next_number, number + 1)
        if writes is not None:
            written.setdefault(number, {}).update(writes)
            continue
        found.commits += 1
        for key, value in written.pop(number, {}).items():
            if value is None:
                found.values.pop(key, None)
            else:
                found.values[key] = value
    return found


def _parsed(payload: bytes, place: int) -> tuple[int, dict[str, Value | None] | None]:
    """Return a record's number and what it writes; None: it commits."""
    try:
        parts = json.loads(payload)
    except (ValueError, RecursionError):
        parts = None
    match parts:
        case ["commit", int(number)] if _is_number(number):
            return number, None
        case ["put", int(number), str(key), int() | str() | None as value] if (
            _is_number(number) and not isinstance(value, bool)
        ):
            return number, {key: value}
    raise MalformedRecordError(f"record {place} is not of this store: {payload[:60]!r}")


def _is_number(number: int) -> bool:
    return not isinstance(number, bool) and number > 0
