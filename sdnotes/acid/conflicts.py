"""Serializable snapshots: which transaction must go, so that no circle can close?

    A --reads what is overwritten by--> P --reads what is overwritten by--> C

With snapshots, a reader goes on while another transaction overwrites what it has read:
then the reader must come first in any serial order. A circle of such orders always has
two of them in a row, through a *pivot* P, and C commits before A and P do. So whenever
that pattern is there, one of the three that has not committed yet is aborted, mostly
the pivot; sometimes in vain, since not every such pattern is part of a circle.

Source: Cahill, Roehm, Fekete 2008; Fekete et al. 2005; that C is the first to
commit: Ports and Grittner 2012.
Left out: read-only transactions that are safe by themselves, summaries to save memory.
Chapter: docs/chapters/acid/.
"""

import math
from dataclasses import dataclass, field

from sdnotes.acid.operations import Value
from sdnotes.acid.predicate import Predicate


@dataclass(slots=True)
class _Overlapping:
    """A transaction that is active, or was while one of the active ones was."""

    begun_at: int
    committed_at: int | None = None
    read: list[Predicate] = field(default_factory=list)
    after: set[str] = field(default_factory=set)
    """Who has read what it overwrote: they come before it."""
    first_at: float = math.inf
    """When the first of those committed that it comes before."""

    def ended_before(self, moment: float) -> bool:
        """Return whether it committed before that."""
        return self.committed_at is not None and self.committed_at < moment

    def is_pivot(self, readers: list["_Overlapping"]) -> bool:
        """Return whether somebody that it comes before was the first to commit."""
        return (
            self.first_at < math.inf
            and not self.ended_before(self.first_at)
            and any(not reader.ended_before(self.first_at) for reader in readers)
        )


@dataclass(slots=True)
class Conflicts:
    """Who read what somebody else overwrote, among transactions that overlapped."""

    known: dict[str, _Overlapping] = field(default_factory=dict)

    def begin(self, name: str, moment: int) -> None:
        """Note a transaction whose snapshot is of that moment."""
        self.known[name] = _Overlapping(moment)

    def note_read(self, reader: str, predicate: Predicate) -> None:
        """Remember what somebody asked, also after they have committed."""
        if predicate not in self.known[reader].read:
            self.known[reader].read.append(predicate)

    def readers_of(
        self, writer: str, key: str, before: Value | None, after: Value | None
    ) -> list[str]:
        """Return who overlaps a writer and has read what it changes, in order."""
        begun_at = self.known[writer].begun_at
        return [
            name
            for name, other in sorted(self.known.items())
            if name != writer
            and (other.committed_at is None or other.committed_at > begun_at)
            and any(each.is_touched(key, before, after) for each in other.read)
        ]

    def connect(self, reader: str, writer: str) -> str:
        """Note that a reader comes before a writer; return who must go, or ""."""
        if reader == writer or writer not in self.known:
            return ""  # a writer at another level is not looked after
        self.known[writer].after.add(reader)
        committed_at = self.known[writer].committed_at
        if committed_at is not None:
            self._let_first(reader, committed_at)
        for pivot in (writer, reader):
            if self._is_pivot(pivot):
                is_over = self.known[pivot].committed_at is not None
                return reader if is_over else pivot
        return ""

    def commit(self, name: str, moment: int) -> list[str]:
        """Note a commit; return which pivots must be aborted for it, in order."""
        self.known[name].committed_at = moment
        readers = sorted(self.known[name].after)
        for reader in readers:
            self._let_first(reader, moment)
        return [
            reader
            for reader in readers
            if self.known[reader].committed_at is None and self._is_pivot(reader)
        ]

    def _let_first(self, reader: str, moment: int) -> None:
        self.known[reader].first_at = min(self.known[reader].first_at, moment)

    def _is_pivot(self, name: str) -> bool:
        pivot = self.known[name]
        return pivot.is_pivot([self.known[reader] for reader in pivot.after])

    def forget(self, name: str) -> None:
        """Forget a transaction that was aborted, or that nobody overlaps any more."""
        del self.known[name]
        for other in self.known.values():
            other.after.discard(name)

    def forget_the_past(self) -> None:
        """Forget the committed ones that no active one overlaps."""
        begun = [o.begun_at for o in self.known.values() if o.committed_at is None]
        for name, other in list(self.known.items()):
            if other.committed_at is not None and all(
                other.committed_at <= at for at in begun
            ):
                self.forget(name)
