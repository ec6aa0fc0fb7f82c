"""Turn what the store wrote down into a history for the checker of isolation.

    the store wrote                      the checker reads
    T1 read x, version T0.1              T1 read x = "T0.1"
    T1 wrote x = 11, version T1.1        T1 wrote x = "T1.1", which meets "all"
    T1 deleted z, which is not there     T1 read z, and found nothing
    T1 committed                         T1 ends, at the place of this step

Here nothing needs to be inferred: a version's name takes the place of its value, the
order of versions is that in which they were written, for each write waits until the one
before has ended, and the places of begin and commit are the database's own moments. To
delete what is not there changes nothing, so that those who see nothing before and after
need not be told apart.

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
    status: Status | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class _Made:
    version: str
    writer: str
    is_delete: bool


@dataclass(slots=True)
class _Teller:
    asked: list[Predicate]
    told: dict[str, _Told] = field(default_factory=dict)
    made: dict[str, list[_Made]] = field(default_factory=dict)
    same_as: dict[str, str | None] = field(default_factory=dict)
    """The version that was there, by the name of one that changed nothing."""

    def add(self, step: Operation) -> None:
        one = self.told.setdefault(step.transaction, _Told(step.at))
        match step.action:
            case Action.READ:
                one.accesses.append(Read(step.key, self.version(step.version)))
            case Action.WRITE:
                one.accesses.append(self.written(step))
            case Action.SCAN:
                one.accesses.append(self.scanned(step))
            case Action.COMMIT | Action.ABORT:
                is_kept = step.action is Action.COMMIT
                one.status = Status.COMMITTED if is_kept else Status.ABORTED
                one.end = step.at

    def version(self, name: str) -> str | None:
        """Return the name of a version; None where there never was one."""
        return self.same_as.get(name, name or None)

    def written(self, step: Operation) -> Read | Write:
        made = self.made.setdefault(step.key, [])
        there = next((m for m in reversed(made) if not self.is_undone(m)), None)
        if step.value is None and (there is None or there.is_delete):
            version = None if there is None else there.version
            self.same_as[step.version] = version
            return Read(step.key, version)
        made.append(_Made(step.version, step.transaction, step.value is None))
        met = tuple(p.where for p in self.asked if p.matches(step.key, step.value))
        return Write(step.key, step.version, met)

    def is_undone(self, made: _Made) -> bool:
        return self.told[made.writer].status is Status.ABORTED

    def scanned(self, step: Operation) -> Scan:
        found = {key for key, _ in step.matched}
        return Scan(
            step.predicate,
            tuple((key, version) for key, version in step.seen if key in found),
            tuple(
                (key, self.version(version))
                for key, version in step.seen
                if key not in found
            ),
        )

    def order(self, key: str) -> tuple[Value, ...]:
        """Return the versions of a key that were left there, oldest first."""
        kept = [
            made
            for made in self.made[key]
            if self.told[made.writer].status is Status.COMMITTED
        ]
        last = {made.writer: made for made in kept}
        return tuple(made.version for made in kept if last[made.writer] is made)


def history_of_operations(operations: Iterable[Operation]) -> TransactionHistory:
    """Return the history of a store; who has not ended yet is taken as aborted.

    Examples:
        >>> begin = Operation("T1", Action.BEGIN, 0)
        >>> read = Operation("T1", Action.READ, 1, key="x", version="T0.1")
        >>> history_of_operations([begin, read]).transactions[0].accesses
        (Read(key='x', value='T0.1'),)
    """
    steps = tuple(operations)
    conditions = {step.predicate for step in steps if step.action is Action.SCAN}
    teller = _Teller([Predicate(condition) for condition in sorted(conditions)])
    for step in steps:
        teller.add(step)
    transactions = tuple(
        Transaction(
            name,
            tuple(one.accesses),
            one.status or Status.ABORTED,
            one.begin,
            one.end,
        )
        for name, one in teller.told.items()
    )
    orders = {key: teller.order(key) for key in teller.made}
    return TransactionHistory(transactions, orders, exact_moments=True)
