"""What did each transaction read and write? The input of the checker of isolation.

    transaction  status     accesses, in the order in which it asked for them
    T1           committed  read x = 50, write x = 10, write y = 90
    T2           committed  read x = 10, read y = 50         saw half of T1
    T3           unknown    write z = 1                      its answer was lost

Only what a client can see is needed: no order between transactions, and no versions.
Which write a read saw follows from the value, if no key is given one value twice. A key
that is appended to holds a list, and each read of it tells the order of its elements.

A scan finds all keys that meet a condition. What it did *not* find matters as well: a
key that somebody is about to insert. So each write says which conditions its value
meets. For a condition that is a text of sdnotes.acid.predicate that is worked out.

Source: Adya 1999, section 3.1 (histories, version sets of predicates); Kingsbury and
Alvaro 2020, "Elle", section 3 (values that can be traced to their writes).
Left out: floats; statements that fail within a transaction that goes on.
Chapter: docs/chapters/acid/.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from sdnotes.sim import MalformedHistoryError, Value
from sdnotes.sim.history import is_plain


class Status(StrEnum):
    """What became of a transaction, as far as its client knows."""

    COMMITTED = "committed"
    ABORTED = "aborted"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Read:
    """The value of a key as it was seen; of a key that is appended to, a tuple."""

    key: str
    value: Value


@dataclass(frozen=True, slots=True)
class Write:
    """A new value, None to delete; ``meets`` names conditions that it meets."""

    key: str
    value: Value
    meets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Append:
    """One more element at the end of a list."""

    key: str
    value: Value


@dataclass(frozen=True, slots=True)
class Scan:
    """All keys that met a condition, with their values, as (key, value).

    ``passed`` has what was seen of other keys, where that is known.
    """

    condition: str
    found: tuple[tuple[str, Value], ...]
    passed: tuple[tuple[str, Value], ...] = ()


Access: TypeAlias = Read | Write | Append | Scan


@dataclass(frozen=True, slots=True)
class Transaction:
    """What one transaction did; moments are whole numbers in any unit, or None.

    Raises MalformedHistoryError when it ends before it begins, when a value is not
    plain, or when a scan finds a key twice.
    """

    name: str
    accesses: tuple[Access, ...]
    status: Status = Status.COMMITTED
    begin: int | None = None
    end: int | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name:
            raise MalformedHistoryError(f"transaction={self.name!r} is not a name")
        for name, moment in (("begin", self.begin), ("end", self.end)):
            if moment is not None and type(moment) is not int:
                raise MalformedHistoryError(
                    f"{self.name}: {name}={moment!r} is not a whole number"
                )
        if self.begin is not None and self.end is not None and self.end < self.begin:
            raise MalformedHistoryError(
                f"{self.name}: end={self.end} is before begin={self.begin}"
            )
        for access in self.accesses:
            _check_access(self.name, access)


@dataclass(frozen=True, slots=True)
class TransactionHistory:
    """Transactions, in any order, and what is known of the order of versions.

    ``orders`` has, for a key, all values that were committed, oldest first; what was
    there at first may stand in front. Where it is missing, the order is inferred as
    far as it can be. ``exact_moments`` says that begin and end are the database's own,
    the moments of snapshot and commit; else they only enclose them, as a client's do.

    Raises MalformedHistoryError when two transactions have one name, or when a key is
    both written and appended to.
    """

    transactions: tuple[Transaction, ...]
    orders: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)
    exact_moments: bool = False

    def __post_init__(self) -> None:
        names: set[str] = set()
        for transaction in self.transactions:
            if transaction.name in names:
                raise MalformedHistoryError(
                    f"transaction={transaction.name!r} stands in the history twice"
                )
            names.add(transaction.name)
        if both := sorted(self._keys_of(Write) & self.lists):
            raise MalformedHistoryError(
                f"key={both[0]!r} is written and appended to: a list only grows"
            )
        if lists := sorted(self.lists & self.orders.keys()):
            raise MalformedHistoryError(
                f"orders has key={lists[0]!r}: the order of a list stands in its reads"
            )

    @property
    def lists(self) -> frozenset[str]:
        """Return the keys that are appended to."""
        return self._keys_of(Append)

    def _keys_of(self, kind: type[Write] | type[Append]) -> frozenset[str]:
        return frozenset(
            access.key
            for transaction in self.transactions
            for access in transaction.accesses
            if isinstance(access, kind)
        )


def _check_access(name: str, access: Access) -> None:
    if isinstance(access, Scan):
        _check_scan(name, access)
        return
    if not isinstance(access.key, str):
        raise MalformedHistoryError(f"{name}: key={access.key!r} is not a text")
    if not is_plain(access.value):
        raise MalformedHistoryError(
            f"{name}: value={access.value!r} of key {access.key!r} is not made of "
            "true, false, null, whole numbers, texts and lists of them"
        )


def _check_scan(name: str, scan: Scan) -> None:
    if not isinstance(scan.condition, str):
        raise MalformedHistoryError(f"{name}: condition={scan.condition!r} is no text")
    seen: set[str] = set()
    for key, value in scan.found + scan.passed:
        if not isinstance(key, str) or not is_plain(value):
            raise MalformedHistoryError(
                f"{name}: a scan found {(key, value)!r}, not a key and a plain value"
            )
        if key in seen:
            raise MalformedHistoryError(f"{name}: a scan found key={key!r} twice")
        seen.add(key)
