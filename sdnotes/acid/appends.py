"""Attribute reads of lists, and find the order in which they grew.

    T1 appends 1    T2 appends 2    T3 appends 3    T4 reads [1, 3]    T5 reads [1]

    T1, T3          the longest read tells their order
    T2              comes after T3, since T4 did not see it; where several were never
                    seen, the order among them stays open

One read of a long list tells the order of all that was written before, which is why
tests of databases append. All reads of a list have to be beginnings of the longest one;
one that is not shows a version that was taken back later.

Source: Kingsbury and Alvaro 2020, "Elle", sections 3 and 4.
Left out: elements that are taken out again. Builds on: sdnotes.cap.values.
Chapter: docs/chapters/acid/.
"""

from collections.abc import Hashable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from sdnotes.acid.attribution import Attribution, Look
from sdnotes.acid.history import Append, Read, Transaction
from sdnotes.acid.phenomena import Phenomenon
from sdnotes.cap.values import exactly
from sdnotes.sim import MalformedHistoryError, Value

_Elements = tuple[Hashable, ...]


def attribute_lists(found: Attribution, lists: frozenset[str]) -> None:
    """Add what was read of the keys that are appended to, and their orders.

    Raises MalformedHistoryError for a read that is no list.
    """
    grown = {key: _List(found, key) for key in sorted(lists)}
    for number, transaction in found.committed():
        mine = _appended(transaction)
        done: dict[str, int] = {}
        for access in transaction.accesses:
            key = "" if not isinstance(access, Append | Read) else access.key
            if isinstance(access, Append):
                done[key] = done.get(key, 0) + 1
            elif isinstance(access, Read) and key in lists:
                elements = _elements(found.name(number), access)
                grown[key].take(number, elements, mine.get(key, ()), done.get(key, 0))
    for one in grown.values():
        one.finish()


def _appended(transaction: Transaction) -> dict[str, _Elements]:
    mine: dict[str, _Elements] = {}
    for access in transaction.accesses:
        if isinstance(access, Append):
            mine[access.key] = (*mine.get(access.key, ()), exactly(access.value))
    return mine


def _elements(name: str, read: Read) -> _Elements:
    value: Value = () if read.value is None else read.value
    if not isinstance(value, tuple):
        raise MalformedHistoryError(
            f"{name}: read of key={read.key!r} is {value!r}, not a list"
        )
    told = exactly(value)
    return value if told == value else tuple(map(exactly, value))


def _shown(elements: _Elements) -> str:
    return f"[{', '.join(repr(_plain(element)) for element in elements)}]"


def _plain(element: Hashable) -> Hashable:
    """Return a value as it was before ``exactly`` marked it with its type."""
    if not isinstance(element, tuple) or not element or type(element[0]) is not type:
        return element
    kind, *inside = element
    return tuple(map(_plain, inside)) if kind is tuple else inside[0]


class _Fault(NamedTuple):
    """What is wrong with each read that is longer than ``place``."""

    place: int
    phenomenon: Phenomenon
    told: str


@dataclass(slots=True)
class _List:
    """One key, and what was read of it by others than those who appended just then."""

    found: Attribution
    key: str
    reads: list[tuple[int, _Elements]] = field(default_factory=list)
    own: list[_Elements] = field(default_factory=list)
    """What was read with elements of one's own at the end."""
    longest: _Elements = ()

    def take(
        self, number: int, elements: _Elements, mine: _Elements, done: int
    ) -> None:
        """Take in what was read after ``done`` of one's own elements were appended."""
        others = elements[: len(elements) - done]
        if len(set(elements)) < len(elements):
            self._wrong(Phenomenon.DUPLICATE, number, elements, "")
        elif elements[len(others) :] != mine[:done]:
            told = f"; it had appended {_shown(mine[:done])}"
            self._wrong(Phenomenon.INTERNAL, number, elements, told)
        elif set(mine).intersection(others):
            told = "; it appended some of it later"
            self._wrong(Phenomenon.INTERNAL, number, elements, told)
        else:
            self.reads.append((number, others))
            if len(others) > len(self.longest):
                self.longest = others
            if done:
                self.own.append(elements)

    def _wrong(
        self, phenomenon: Phenomenon, number: int, elements: _Elements, told: str
    ) -> None:
        name = self.found.name(number)
        self.found.wrong(
            phenomenon, f"{name} read {self.key} = {_shown(elements)}{told}"
        )

    def _made(self, element: Hashable) -> list[int]:
        return self.found.made.get((self.key, element), [])

    def finish(self) -> None:
        """Attribute the reads, and order what was appended."""
        for elements in sorted(self.own, key=len):
            if elements[: len(self.longest)] == self.longest:
                self.longest = elements
        made = [self._made(element) for element in self.longest]
        for element, versions in zip(self.longest, made, strict=True):
            if len(versions) > 1:
                told = (
                    f"{_shown((element,))} was appended to {self.key} twice, and read"
                )
                self.found.questions.append(told)
                return
        at_first = next((n for n, versions in enumerate(made) if versions), len(made))
        faults = self._faults(made, at_first)
        for number, elements in self.reads:
            size = len(elements)
            fault = next((f for f in faults if f.place < size), None)
            if elements != self.longest[:size]:
                told = f", and somebody {_shown(self.longest)}"
                self._wrong(Phenomenon.INCOMPATIBLE, number, elements, told)
            elif size < at_first:
                told = f"; at first there was {_shown(self.longest[:at_first])}"
                self._wrong(Phenomenon.UNWRITTEN, number, elements, told)
            elif fault is not None:
                self._wrong(fault.phenomenon, number, elements, fault.told)
            elif size == at_first:
                first = self.found.first(self.key)
                self.found.looks.append(Look(number, self.key, (first,)))
            else:
                self._saw(number, elements, made[size - 1][0])
        self._order([versions[0] for versions in made if versions])

    def _faults(self, made: list[list[int]], at_first: int) -> list[_Fault]:
        """Return where the longest read has what none may have, with what is wrong."""
        faults = []
        for place, versions in enumerate(made[at_first:], start=at_first):
            shown = _shown(self.longest[place : place + 1])
            if not versions:
                told = f"; nobody appended {shown}"
                faults.append(_Fault(place, Phenomenon.UNWRITTEN, told))
            elif not self.found.kept[writer := self.found.versions[versions[0]].writer]:
                told = (
                    f"; {shown} is of {self.found.name(writer)}, which did not commit"
                )
                faults.append(_Fault(place, Phenomenon.G1A, told))
        return faults

    def _saw(self, number: int, elements: _Elements, version: int) -> None:
        found = self.found
        writer = found.versions[version].writer
        if not found.versions[version].is_last:
            told = f"; {found.name(writer)} appended more"
            self._wrong(Phenomenon.G1B, number, elements, told)
            found.flows.append((writer, number, self.key))
            return
        found.looks.append(Look(number, self.key, (version,)))
        later = found.left_by.get((number, self.key))
        if later is not None:
            self._add_older(version, later)

    def _order(self, seen: list[int]) -> None:
        """Order what was seen as it was seen, and all the rest after it."""
        found = self.found
        chain = [v for v in seen if found.is_installed(v)]
        for sooner, later in pairwise(chain):
            self._add_older(sooner, later)
        in_chain = set(chain)
        newest: dict[int, int] = {}
        for later in found.installed.get(self.key, ()):
            if later in in_chain:
                continue
            if chain:
                self._add_older(chain[-1], later)
            writer = found.versions[later].writer
            if writer in newest:
                self._add_older(newest[writer], later)
            newest[writer] = later

    def _add_older(self, sooner: int, later: int) -> None:
        self.found.older.setdefault(self.key, []).append((sooner, later))
