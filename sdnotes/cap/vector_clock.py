"""Which of two events came first, or did neither know of the other? Ask a vector.

A node counts its own events and sends its counts along. Whoever receives them keeps the
larger of each count, and counts the receipt as an event of its own:

    A   tick     {A:1} --------.            A writes and tells B
    B   merge, tick             '->  {A:1 B:1}
    C   tick                     {C:1}

    {A:1} before {A:1 B:1}           every count is at most the other's
    {C:1} concurrent with both       each has a count above the other's

For the values of a replicated store that is not enough. A server's clock counts writes
of *many clients*: of two that write through A without knowing of each other, the second
would get {A:2}, which seems to follow the first one's {A:1}, and overwrite it.
**Dotted version vectors** keep two things apart: which one write this is, the dot
(A, 2), and what its writer had seen, nothing. It had not seen (A, 1): both stay.

Source: Fidge 1988; Mattern 1989; for the store Preguica et al. 2010, "Dotted Version
Vectors", arXiv:1011.5808, in the compact form of Almeida et al. 2014, "Scalable and
Accurate Causality Tracking for Eventually Consistent Stores", DAIS.
Left out: forgetting nodes that are gone, deletes, a limit to the number of siblings.
Chapter: docs/chapters/cap/.
To take away: VectorClock, Siblings.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar

from sdnotes.cap.values import same

T = TypeVar("T")


class Order(StrEnum):
    """How one event stands to another."""

    BEFORE = "before"
    AFTER = "after"
    EQUAL = "equal"
    CONCURRENT = "concurrent"


@dataclass(frozen=True, slots=True)
class VectorClock:
    """How many events of each node are known; a value: every change is a new one.

    ``<`` means "happened before". It is a partial order: of concurrent clocks neither
    is less, so sorting by it means nothing.

    Examples:
        >>> written = VectorClock().tick("A")
        >>> read, apart = VectorClock().merge(written).tick("B"), VectorClock({"C": 1})
        >>> written < read, str(read.compare(apart)), f"{read}"
        (True, 'concurrent', '{A:1 B:1}')
    """

    counts: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for node, count in self.counts.items():
            if not count >= 0:  # NaN is neither
                raise ValueError(f"counts[{node!r}]={count!r} is not 0 or more")
        # Nodes of which nothing is known are not kept: equal clocks are equal values.
        known = sorted((node, count) for node, count in self.counts.items() if count)
        object.__setattr__(self, "counts", dict(known))

    def __getitem__(self, node: str) -> int:
        return self.counts.get(node, 0)

    def __hash__(self) -> int:
        return hash(tuple(self.counts.items()))

    def __str__(self) -> str:
        return "{" + " ".join(f"{n}:{count}" for n, count in self.counts.items()) + "}"

    def tick(self, node: str) -> "VectorClock":
        """Return the clock after one more event of a node, on that node's own clock."""
        return VectorClock({**self.counts, node: self[node] + 1})

    def merge(self, other: "VectorClock") -> "VectorClock":
        """Return the clock that knows what both know."""
        nodes = self.counts.keys() | other.counts.keys()
        return VectorClock({node: max(self[node], other[node]) for node in nodes})

    def compare(self, other: "VectorClock") -> Order:
        """Return how this clock's event stands to the other's."""
        if self == other:
            return Order.EQUAL
        if self <= other:
            return Order.BEFORE
        return Order.AFTER if other <= self else Order.CONCURRENT

    def __le__(self, other: "VectorClock") -> bool:
        return all(count <= other[node] for node, count in self.counts.items())

    def __lt__(self, other: "VectorClock") -> bool:
        return self != other and self <= other

    def concurrent(self, other: "VectorClock") -> bool:
        """Return whether neither event can have known of the other."""
        return self.compare(other) is Order.CONCURRENT


@dataclass(frozen=True, slots=True, order=True)
class Dot:
    """One write: the how-manieth that its node accepted, counted from 1."""

    node: str
    number: int


@dataclass(frozen=True)  # with slots, Python 3.11 could not call Siblings[str]()
class Siblings(Generic[T]):
    """One key of a replicated store: its newest values, more than one if they conflict.

    A client reads the values with a **context**, and sends the context back with its
    next write: "this replaces all that I have seen". What it had not seen stays beside
    the new value, as a sibling, until somebody who read both writes.

    Each node has a copy of its own and puts under its own name into that copy only: a
    dot must not be given twice, or a write is lost, often without an error. So a node
    that may have forgotten (a crash, a backup) goes on under a new name. ``seen``
    covers all writes known here, also those that were replaced; that is how a merge
    tells "replaced there" from "not yet heard of".

    Examples:
        >>> empty = Siblings[str]()
        >>> cart = empty.put("A", "milk", VectorClock()).put("A", "tea", VectorClock())
        >>> values, context = cart.read()
        >>> values, cart.put("A", "milk and tea", context).values
        (('milk', 'tea'), ('milk and tea',))
    """

    versions: Mapping[Dot, T] = field(default_factory=dict)
    seen: VectorClock = field(default_factory=VectorClock)

    def __post_init__(self) -> None:
        for dot in self.versions:
            if not 1 <= dot.number <= self.seen[dot.node]:
                raise ValueError(
                    f"versions has {dot!r}, whose number is not from 1 to {dot.node}'s "
                    f"count in {self.seen}, what was seen"
                )
        in_order = {dot: self.versions[dot] for dot in sorted(self.versions)}
        object.__setattr__(self, "versions", in_order)

    @property
    def values(self) -> tuple[T, ...]:
        """Return the siblings, by node and number of their writes."""
        return tuple(self.versions.values())

    def read(self) -> tuple[tuple[T, ...], VectorClock]:
        """Return the siblings, and the context to send back with the next write."""
        return self.values, self.seen

    def put(self, node: str, value: T, context: VectorClock) -> "Siblings[T]":
        """Return the key after a write that a node accepted for a client.

        ``context`` is what the client read before; VectorClock() if it did not read.
        Raises ValueError for a node without a name.
        """
        if not node:
            raise ValueError(f"node={node!r}: a write needs the name of its node")
        seen = self.seen.merge(context).tick(node)
        kept = {
            dot: old
            for dot, old in self.versions.items()
            if dot.number > context[dot.node]
        }
        return Siblings({**kept, Dot(node, seen[node]): value}, seen)

    def merge(self, other: "Siblings[T]") -> "Siblings[T]":
        """Return the key that knows the writes of both copies.

        Raises ValueError when a dot stands for two values: two copies put under one
        node's name.
        """
        for dot in sorted(self.versions.keys() & other.versions.keys()):
            if not same(self.versions[dot], other.versions[dot]):
                raise ValueError(
                    f"versions[{dot!r}] stands for two values, {self.versions[dot]!r} "
                    f"and {other.versions[dot]!r}: a dot is for one write"
                )
        kept = {**self._not_replaced_in(other), **other._not_replaced_in(self)}
        return Siblings(kept, self.seen.merge(other.seen))

    def _not_replaced_in(self, other: "Siblings[T]") -> dict[Dot, T]:
        """Return our versions but those that the other copy saw and holds no more."""
        return {
            dot: value
            for dot, value in self.versions.items()
            if dot in other.versions or dot.number > other.seen[dot.node]
        }
