"""Read transaction histories from lines of JSON, one transaction a line.

    {"transaction": "T1", "begin": 0, "end": 40,
     "operations": [["read", "x", 50], ["write", "x", 10]]}
    {"transaction": "T2", "status": "unknown",
     "operations": [["append", "log", 3], ["scan", "all", {"x": 10}]]}
    {"orders": {"x": [50, 10]}}

(Each on one line; it is broken here to fit.) An operation is one of

    ["read", key, value]         a key that is appended to has a list, others any value
    ["write", key, value]        null deletes; a fourth part, ["P", ...], has names of
                                 conditions that the value meets
    ["append", key, element]
    ["scan", condition, {key: value, ...}]       all that was found

Source: the shape of an operation is that of Jepsen's transactions.
Left out: what a client asked for and was not told. Chapter: docs/chapters/acid/.
"""

import json
from collections.abc import Callable, Iterable
from typing import cast

from sdnotes.acid.history import (
    Access,
    Append,
    Read,
    Scan,
    Status,
    Transaction,
    TransactionHistory,
    Write,
)
from sdnotes.sim import MalformedHistoryError, Value
from sdnotes.sim.trace import frozen, once

FIELDS = ("transaction", "operations", "status", "begin", "end")
"""What a line of a transaction may have."""


class _FieldError(ValueError):
    """A field is not what it has to be."""


def history_of_lines(
    lines: Iterable[str], *, exact_moments: bool = False
) -> TransactionHistory:
    """Return the history that was written; blank lines are passed over.

    Raises MalformedHistoryError, with the number of the line and the field, where a
    line is no transaction and no orders.

    Examples:
        >>> line = '{"transaction": "T1", "operations": [["write", "x", 1]]}'
        >>> history_of_lines([line]).transactions[0].accesses
        (Write(key='x', value=1, meets=()),)
    """
    transactions: list[Transaction] = []
    orders: dict[str, tuple[Value, ...]] = {}
    names: set[str] = set()
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            fields = json.loads(line, object_pairs_hook=once)
            if not isinstance(fields, dict):
                raise _FieldError("it is not an object with named fields")
            if "orders" in fields:
                _add_orders(fields, orders)
                continue
            transactions.append(_transaction(fields))
            if transactions[-1].name in names:
                raise _FieldError(
                    f"transaction {transactions[-1].name!r} is there twice"
                )
            names.add(transactions[-1].name)
        except (ValueError, KeyError, RecursionError) as error:
            told = error.args[0] if isinstance(error, KeyError) else error
            message = f"line {number} is not a transaction: {told}"
            raise MalformedHistoryError(message) from error
    return TransactionHistory(tuple(transactions), orders, exact_moments)


def _add_orders(
    fields: dict[str, object], orders: dict[str, tuple[Value, ...]]
) -> None:
    stated = fields["orders"]
    if len(fields) > 1 or not isinstance(stated, dict):
        raise _FieldError("orders is not alone, or not an object of lists by key")
    for key, values in stated.items():
        if not isinstance(values, list) or key in orders:
            raise _FieldError(f"orders of key {key!r} is not one list")
        orders[key] = tuple(frozen(value) for value in values)


def _transaction(fields: dict[str, object]) -> Transaction:
    for name in ("transaction", "operations"):
        if name not in fields:
            raise _FieldError(f"it has no field {name!r}")
    for name in fields:
        if name not in FIELDS:
            raise _FieldError(f"field {name!r} is not one of {', '.join(FIELDS)}")
    operations = fields["operations"]
    if not isinstance(operations, list):
        raise _FieldError(f"operations is not a list but {operations!r}")
    accesses = []
    for place, operation in enumerate(operations, start=1):
        try:
            accesses.append(access_of(operation))
        except ValueError as error:
            raise _FieldError(f"operations, number {place}: {error}") from error
    status = fields.get("status", Status.COMMITTED)
    if status not in tuple(Status):
        raise _FieldError(f"status {status!r} is not one of {', '.join(Status)}")
    begin, end = fields.get("begin"), fields.get("end")
    return Transaction(
        # It checks its own fields.
        cast("str", fields["transaction"]),
        tuple(accesses),
        Status(cast("str", status)),
        cast("int | None", begin),
        cast("int | None", end),
    )


def access_of(operation: object) -> Access:
    """Return what an operation in JSON says. Raises ValueError if it says nothing."""
    if not isinstance(operation, list) or not operation:
        raise _FieldError(f"{operation!r} is not a list such as ['read', 'x', 1]")
    kind, *parts = operation
    if not isinstance(kind, str) or kind not in _KINDS:
        raise _FieldError(f"{kind!r} is not one of {', '.join(_KINDS)}")
    most = 3 if kind == "write" else 2
    if not 2 <= len(parts) <= most:
        raise _FieldError(f"{operation!r} has not {most} parts after {kind!r}")
    if not isinstance(parts[0], str):
        raise _FieldError(f"{parts[0]!r} is not a text")
    return _KINDS[kind](*parts)


def _write(key: str, value: object, meets: object = ()) -> Write:
    names = frozen(meets)
    if not isinstance(names, tuple) or not all(isinstance(n, str) for n in names):
        raise _FieldError(f"{meets!r} is not a list of names of conditions")
    return Write(key, frozen(value), names)


def _scan(condition: str, found: object) -> Scan:
    if not isinstance(found, dict):
        raise _FieldError(f"{found!r} is not an object of values by key")
    return Scan(condition, tuple((key, frozen(value)) for key, value in found.items()))


_KINDS: dict[str, Callable[..., Access]] = {
    "read": lambda key, value: Read(key, frozen(value)),
    "write": _write,
    "append": lambda key, value: Append(key, frozen(value)),
    "scan": _scan,
}
