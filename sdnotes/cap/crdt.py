"""What may copies keep that are changed at once and must come out equal: three CRDTs.

A copy never waits. It changes its own state, sends all of it to others now and then,
and merges what comes in. Ann empties the cart while Bob puts milk into his copy:

    Ann's copy             Bob's copy             after the merge
    adds   {a1: milk}      adds   {a1: milk}      adds   {a1: milk, b1: milk}
    tombs  {a1}            adds b1                tombs  {a1}
    shows  nothing         shows  milk            shows  milk, Bob's

Each merge gives the least state above both, in an order in which a change only goes up.
So it is commutative, associative and idempotent: messages may come twice, late or in
any order, and copies that have heard of the same changes are equal.

*ORSet* keeps a **tombstone** for each add that was removed: both its parts only grow,
so its merge is two unions and any unique tag will do. The price is that it never
shrinks. Numbering the tags of each node lets a vector of numbers stand for all
tombstones (Bieniusa et al. 2012, figure 3); ``Siblings`` in sdnotes.cap.vector_clock
works in that way.

Source: Shapiro et al. 2011, "A Comprehensive Study of Convergent and Commutative
Replicated Data Types", specifications 6 (counter), 8 (register) and 15 (set, which the
paper states in operations; here it is a state).
Left out: deltas, so that a message need not carry all; forgetting nodes and tombstones.
Chapter: docs/chapters/cap/.
To take away: GCounter, LWWRegister, ORSet.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from sdnotes.cap.values import same

T = TypeVar("T")
E = TypeVar("E", bound=Hashable)


@dataclass(frozen=True, slots=True)
class GCounter:
    """A counter that only grows: for each node, all that this node has added.

    A node adds under its own name only, and to its own newest copy, on disk before it
    tells anybody; one that may have forgotten goes on under a new name. For amounts
    that are also taken away see ``PNCounter``: two of these, one for each direction.

    Examples:
        >>> common = GCounter().add("A", 5)
        >>> left, right = common.add("A", 1), common.add("B", 2)
        >>> left.value, right.value, left.merge(right).value
        (6, 7, 8)
    """

    counts: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for node, count in self.counts.items():
            if not count >= 0:  # NaN is neither
                raise ValueError(f"counts[{node!r}]={count!r} is not 0 or more")
        # A node that added nothing is not kept: equal knowledge is an equal value.
        known = sorted((node, count) for node, count in self.counts.items() if count)
        object.__setattr__(self, "counts", dict(known))

    @property
    def value(self) -> int:
        """Return what was added by all nodes, as far as this copy knows."""
        return sum(self.counts.values())

    def add(self, node: str, amount: int) -> "GCounter":
        """Return the counter after a node added an amount of 0 or more."""
        if not amount >= 0:
            raise ValueError(
                f"amount={amount!r} is not 0 or more: this counter only grows"
            )
        return GCounter({**self.counts, node: self.counts.get(node, 0) + amount})

    def merge(self, other: "GCounter") -> "GCounter":
        """Return the counter that knows what both know."""
        nodes = self.counts.keys() | other.counts.keys()
        # A node's count only grows, so the larger one is the newer one.
        return GCounter(
            {n: max(self.counts.get(n, 0), other.counts.get(n, 0)) for n in nodes}
        )


@dataclass(frozen=True)  # with slots, Python 3.11 could not call LWWRegister[str]()
class LWWRegister(Generic[T]):
    """A value of which the write with the largest stamp stays: last writer wins.

    Of two writes that did not know of each other, one is **dropped**, and its writer is
    not told. Nor is "last" what a watch on the wall would say: stamps come from the
    clocks of the writers, and a clock that runs ahead wins (CAP-17). Equal stamps are
    decided by the name of the node, so that all copies decide alike.

    Examples:
        >>> ann = LWWRegister[str]().write("tea", stamp=15, node="A")
        >>> bob = LWWRegister[str]().write("coffee", stamp=12, node="B")
        >>> ann.merge(bob).value, bob.merge(ann).value
        ('tea', 'tea')
    """

    value: T | None = None
    stamp: int = 0
    node: str = ""

    def __post_init__(self) -> None:
        if not self.stamp >= 0:
            raise ValueError(f"stamp={self.stamp!r} is not 0 or more")
        if not self.node and (self.value is not None or self.stamp):
            raise ValueError(f"node={self.node!r}: a write needs the name of its node")

    def write(self, value: T, stamp: int, node: str) -> "LWWRegister[T]":
        """Return the register after a write; an older stamp than its own is no change.

        A node must not use a stamp twice. Raises ValueError when this register shows
        that it did, or when the node has no name.
        """
        if not node:
            raise ValueError(f"node={node!r}: a write needs the name of its node")
        return self.merge(LWWRegister(value, stamp, node))

    def merge(self, other: "LWWRegister[T]") -> "LWWRegister[T]":
        """Return the newer of the two.

        Raises ValueError when one node wrote two values under one stamp, say 1 and
        True: what is equal and of another type is another value. Such copies merge
        again when one of them is written with a larger stamp.
        """
        ours, theirs = (self.stamp, self.node), (other.stamp, other.node)
        if ours == theirs and not same(self.value, other.value):
            raise ValueError(
                f"stamp={self.stamp!r} of node {self.node!r} stands for two values, "
                f"{self.value!r} and {other.value!r}: a stamp is for one write"
            )
        return self if ours >= theirs else other


@dataclass(frozen=True)  # with slots, Python 3.11 could not call ORSet[str]()
class ORSet(Generic[E]):
    """A set in which a remove takes away only the adds that its copy has seen.

    Each add has a tag of its own. An add that the remover had not heard of keeps its
    tag and stays: of an add and a remove at the same time, the add wins. A tag given to
    two elements makes every later merge of the two copies raise, until one of them is
    thrown away: a node that may have forgotten its number goes on under a new name.

    ``added`` holds the element of each tag, ``removed`` the tags with a tombstone.
    Adding and removing copy the state: cost in proportion to its size.

    Examples:
        >>> common = ORSet[str]().add("milk", tag="a1")
        >>> ann, bob = common.remove("milk"), common.add("milk", tag="b1")
        >>> "milk" in ann, "milk" in ann.merge(bob), "milk" in ann.merge(common)
        (False, True, False)
    """

    added: Mapping[str, E] = field(default_factory=dict)
    removed: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        unknown = sorted(self.removed - self.added.keys())
        if unknown:
            raise ValueError(f"removed={unknown!r}: no add has such a tag")
        in_order = {tag: self.added[tag] for tag in sorted(self.added)}
        object.__setattr__(self, "added", in_order)
        object.__setattr__(self, "removed", frozenset(self.removed))

    @property
    def elements(self) -> frozenset[E]:
        """Return the elements that are in the set; sort them to print them."""
        return frozenset(e for tag, e in self.added.items() if tag not in self.removed)

    def __contains__(self, element: object) -> bool:
        return element in self.elements

    def add(self, element: E, tag: str) -> "ORSet[E]":
        """Return the set after an add, under a tag that no other add ever has.

        For instance the node's name and a number that it never uses again. Raises
        ValueError for a tag that this copy has seen, also on an add since removed, and
        TypeError for an element without a hash, such as a list.
        """
        hash(element)  # here, and not when somebody reads the set
        if tag in self.added:
            raise ValueError(f"tag={tag!r} is used: it added {self.added[tag]!r}")
        return ORSet({**self.added, tag: element}, self.removed)

    def remove(self, element: E) -> "ORSet[E]":
        """Return the set after a remove: no change if the element is not in it."""
        # As a set finds it: what is not equal to itself (NaN) is at least identical.
        seen = frozenset(
            tag for tag, e in self.added.items() if e is element or e == element
        )
        return ORSet(self.added, self.removed | seen)

    def merge(self, other: "ORSet[E]") -> "ORSet[E]":
        """Return the set that knows all adds and all removes of both.

        Raises ValueError when a tag stands for two elements.
        """
        for tag in sorted(self.added.keys() & other.added.keys()):
            if not same(self.added[tag], other.added[tag]):
                raise ValueError(
                    f"tag={tag!r} stands for two elements, {self.added[tag]!r} and "
                    f"{other.added[tag]!r}: a tag is for one add"
                )
        return ORSet({**self.added, **other.added}, self.removed | other.removed)
