"""Which write did each read see, and in which order were the values of a key written?

    T1 writes x = 1, T2 reads x = 1 and writes x = 2          T3 appends 3 to log
    T2's read saw T1's write, since nobody else wrote 1       T4 appends 4 to log
    1 is older than 2, since T2 saw 1 and then wrote 2        T5 reads log = [4, 3]
                                                              4 is older than 3

What follows from the values alone is written down here, and nothing is guessed: where
two transactions wrote the same value, a read of it is left open; where nobody read
what others overwrote, the order stays partial. "Seen, so older than what it then wrote"
is safe: were it the other way round, the two would depend on each other in a circle
(G1c), so that no level from read committed on would hold either.

A transaction of which nobody knows whether it committed has, if a committed one saw
what it wrote; else it is passed over, which takes nothing away from what is explained.

Source: Kingsbury and Alvaro 2020, "Elle", section 4.
Left out: values that are written twice, and could be told apart by the clock.
Builds on: sdnotes.cap.values. Chapter: docs/chapters/acid/.
"""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field

from sdnotes.acid.history import Append, Read, Scan, Status, Transaction, Write
from sdnotes.acid.phenomena import Anomaly, Phenomenon
from sdnotes.cap.values import exactly
from sdnotes.sim import Value

NOBODY = -1
"""Who wrote what was there at first."""

_SHOWN = 3
"""How many anomalies of one kind are told; the first ones of thousands are enough."""


@dataclass(slots=True)
class Version:
    """What one write made. ``writer`` is the number of a transaction, or NOBODY."""

    key: str
    value: Value
    writer: int
    meets: tuple[str, ...] = ()
    is_last: bool = True
    """Whether its writer wrote the key no more."""
    is_element: bool = False
    """Whether it was appended, so that it stays when more is appended."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a read or a scan saw of one key: one of these versions."""

    reader: int
    key: str
    versions: tuple[int, ...]
    condition: str | None = None
    """That of the scan; None for a read."""


@dataclass(slots=True)
class Attribution:
    """Transactions and versions by number, and what is known of them.

    ``kept`` tells which transactions count as committed, ``installed`` has the versions
    of each key that they left. ``older`` has, for each key, pairs of installed versions
    of which the first one is older; what was there at first is older than all.
    """

    transactions: tuple[Transaction, ...]
    kept: list[bool] = field(default_factory=list)
    versions: list[Version] = field(default_factory=list)
    made: dict[tuple[str, Hashable], list[int]] = field(default_factory=dict)
    initial: dict[str, int] = field(default_factory=dict)
    installed: dict[str, list[int]] = field(default_factory=dict)
    left_by: dict[tuple[int, str], int] = field(default_factory=dict)
    """The last version that a transaction installed of a key."""
    older: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    looks: list[Look] = field(default_factory=list)
    flows: list[tuple[int, int, str]] = field(default_factory=list)
    """Writer, reader and key, where a version was seen that was not the last one."""
    anomalies: list[Anomaly] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    """What nothing can decide, in words."""

    def name(self, transaction: int) -> str:
        """Return the name of a transaction."""
        return self.transactions[transaction].name

    def committed(self) -> Iterator[tuple[int, Transaction]]:
        """Yield those whose reads count: they committed, and their clients know."""
        for number, transaction in enumerate(self.transactions):
            if transaction.status is Status.COMMITTED:
                yield number, transaction

    def first(self, key: str) -> int:
        """Return the version of a key that was there before all others."""
        if key not in self.initial:
            self.versions.append(Version(key, None, NOBODY))
            self.initial[key] = len(self.versions) - 1
        return self.initial[key]

    def is_installed(self, version: int) -> bool:
        """Return whether a version is what a committed transaction left of a key."""
        made = self.versions[version]
        stays = made.is_last or made.is_element
        return made.writer != NOBODY and stays and self.kept[made.writer]

    def wrong(self, phenomenon: Phenomenon, told: str) -> None:
        """Write down what is wrong already without a cycle."""
        if sum(a.phenomenon is phenomenon for a in self.anomalies) < _SHOWN:
            self.anomalies.append(Anomaly(phenomenon, told=told))


def with_writes(
    transactions: tuple[Transaction, ...], orders: Mapping[str, tuple[Value, ...]]
) -> Attribution:
    """Return all versions that were made, and who counts as committed."""
    found = Attribution(transactions)
    for number, transaction in enumerate(transactions):
        newest: dict[str, int] = {}
        for access in transaction.accesses:
            if not isinstance(access, Write | Append):
                continue
            made = len(found.versions)
            marks = access.meets if isinstance(access, Write) else ()
            version = Version(access.key, access.value, number, marks)
            version.is_element = isinstance(access, Append)
            found.versions.append(version)
            found.made.setdefault((access.key, exactly(access.value)), []).append(made)
            if access.key in newest:
                found.versions[newest[access.key]].is_last = False
            newest[access.key] = made
    found.kept = [t.status is Status.COMMITTED for t in transactions]
    seen = [(key, value) for key, values in orders.items() for value in values]
    for _, transaction in found.committed():
        seen.extend(_seen_by(transaction))
    _keep_what_was_seen(found, seen)
    for number, version in enumerate(found.versions):
        if found.is_installed(number):
            found.installed.setdefault(version.key, []).append(number)
            found.left_by[version.writer, version.key] = number
    return found


def _keep_what_was_seen(found: Attribution, seen: list[tuple[str, Value]]) -> None:
    """Count an unknown one as committed where others saw what it wrote."""
    in_doubt = {
        access.key
        for transaction in found.transactions
        if transaction.status is Status.UNKNOWN
        for access in transaction.accesses
        if isinstance(access, Write | Append)
    }
    for key, value in seen:
        if key not in in_doubt:
            continue
        for part in (value, *(value if isinstance(value, tuple) else ())):
            writers = {
                found.versions[v].writer
                for v in found.made.get((key, exactly(part)), ())
            }
            for writer in writers if len(writers) == 1 else ():
                status = found.transactions[writer].status
                found.kept[writer] |= status is Status.UNKNOWN


def _seen_by(transaction: Transaction) -> Iterator[tuple[str, Value]]:
    for access in transaction.accesses:
        if isinstance(access, Read):
            yield access.key, access.value
        elif isinstance(access, Scan):
            yield from access.found
            yield from access.passed
