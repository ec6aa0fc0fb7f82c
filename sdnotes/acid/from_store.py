"""Turn what the store wrote down into a history for the checker of isolation.

    the store wrote               the checker reads
    T1 read x, version T0.1       T1 read x = "T0.1"
    T1 wrote x = 11, T1.1         T1 wrote x = "T1.1", which meets "all"
    T1 committed                  T1 ends, at the place of this step

Here nothing needs to be inferred: a version's name takes the place of its value, the
order of versions is that in which they were written, for each write waits until the one
before has ended, and the places of begin and commit are the database's own moments.

Source: Adya, Liskov, O'Neil 2000, section 4.1. Left out: nothing.
Builds on: sdnotes.acid.operations. Chapter: docs/chapters/acid/.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sdnotes.acid.history import (
    Access,
    Read,
    Scan,
    Status,
    Transaction,
    TransactionHistory,
    Write,
)
from sdnotes.acid.operations import Action, Operation
from sdnotes.acid.predicate import Predicate
from sdnotes.sim import Value


@dataclass(slots=True)
class _Told:
    begin: int
    accesses: list[Access] = field(default_factory=list)
    status: Status = Status.ABORTED
    end: int | None = None


def history_of_operations(operations: Iterable[Operation]) -> TransactionHistory:
    """Return the history of a store; who has not ended yet is taken as aborted."""
    steps = tuple(operations)
    conditions = {step.predicate for step in steps if step.action is Action.SCAN}
    asked = [Predicate(condition) for condition in sorted(conditions)]
    told: dict[str, _Told] = {}
    made: dict[str, list[tuple[str, str]]] = {}  # key -> writer and version
    for step in steps:
        one = told.setdefault(step.transaction, _Told(step.at))
        match step.action:
            case Action.READ:
                one.accesses.append(Read(step.key, step.version or None))
            case Action.WRITE:
                met = tuple(p.text for p in asked if p.matches(step.key, step.value))
                one.accesses.append(Write(step.key, step.version, met))
                made.setdefault(step.key, []).append((step.transaction, step.version))
            case Action.SCAN:
                one.accesses.append(_scan(step))
            case Action.COMMIT | Action.ABORT:
                is_kept = step.action is Action.COMMIT
                one.status = Status.COMMITTED if is_kept else Status.ABORTED
                one.end = step.at
    kept = {name for name, one in told.items() if one.status is Status.COMMITTED}
    orders: dict[str, tuple[Value, ...]] = {}
    for key, versions in made.items():
        last = {writer: version for writer, version in versions if writer in kept}
        left = set(last.values())
        orders[key] = tuple(version for _, version in versions if version in left)
    transactions = tuple(
        Transaction(name, tuple(one.accesses), one.status, one.begin, one.end)
        for name, one in told.items()
    )
    return TransactionHistory(transactions, orders, exact_moments=True)


def _scan(step: Operation) -> Scan:
    found = {key for key, _ in step.matched}
    return Scan(
        step.predicate,
        tuple((key, version) for key, version in step.seen if key in found),
        tuple((key, version or None) for key, version in step.seen if key not in found),
    )
