"""Who comes before whom: the serialization graph of a history.

    versions of x, oldest first      first -- T1's -- T2's        T3 read T1's
    T1 -ww(x)-> T2      T1 -wr(x)-> T3      T3 -rw(x)-> T2

An edge goes to the *next* version only; those after it follow along ww edges.

Where the order of some versions is not known, there are fewer edges, but those hold in
every order: whoever read what was there at first comes before all who wrote. That
would be as many edges as pairs. So they share nodes of their own, from which free edges
lead on: P2 is before T1 and T2, P1 only before T1, and T2, who also read, takes P1.

    P1 -> T1     P2 -> P1, T2     P3 -> P2, T3

A scan depends on who made a key meet its condition or made it meet it no more, and
comes before who does so next (Adya: "changes the matches").

Source: Adya, Liskov, O'Neil 2000, sections 4.3 and 4.4.
Left out: sessions (what one client did first).
Chapter: docs/chapters/acid/.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from sdnotes.acid.appends import attribute_lists
from sdnotes.acid.attribution import NOBODY, Attribution, Look, with_writes
from sdnotes.acid.cycles import components, on_cycles, sorted_by_edges
from sdnotes.acid.history import TransactionHistory
from sdnotes.acid.phenomena import Dependency, Kind
from sdnotes.acid.registers import attribute_registers

Orders = Mapping[str, Sequence[int]]
"""The installed versions of keys, oldest first."""


@dataclass(slots=True)
class Edges:
    """A graph: the first nodes are the transactions, the others only lead on.

    An edge is a node, a kind, a key and the node that comes later; without a kind it
    only leads on.
    """

    count: int
    found: list[tuple[int, Kind | None, str, int]] = field(default_factory=list)

    def add(self, before: int, kind: Kind | None, key: str, after: int) -> None:
        """Add an edge, unless it would lead back to where it begins."""
        if before != after:
            self.found.append((before, kind, key, after))

    def node(self) -> int:
        """Return a new node that only leads on."""
        self.count += 1
        return self.count - 1


def attribute(history: TransactionHistory) -> Attribution:
    """Return which write each read saw. Raises MalformedHistoryError."""
    lists = history.lists
    found = with_writes(history.transactions, history.orders)
    attribute_registers(found, lists, history.orders)
    attribute_lists(found, lists)
    return found


def known_orders(found: Attribution) -> dict[str, list[int]]:
    """Return the order of versions for each key for which only one is possible.

    Where what was read contradicts itself (each of two versions is older than the
    other), any order will do: the reads themselves form a circle.
    """
    orders = {}
    for key, versions in found.installed.items():
        if len(versions) > 1:
            place = {version: n for n, version in enumerate(versions)}
            graph: list[list[int]] = [[] for _ in versions]
            for sooner, later in found.older.get(key, ()):
                graph[place[sooner]].append(place[later])
            component = components(graph)
            order = sorted_by_edges(graph, component)
            follows = all(after in graph[before] for before, after in pairwise(order))
            if not follows and not any(on_cycles(component)):
                continue
            orders[key] = [versions[n] for n in order]
        else:
            orders[key] = versions
    return orders


def edges_of(
    found: Attribution, orders: Orders, seen: Mapping[Look, int] | None = None
) -> Edges:
    """Return the graph, as far as orders, and what open looks saw, are known."""
    edges = Edges(len(found.transactions))
    seen = seen or {}
    for writer, reader, key in found.flows:
        edges.add(writer, Kind.WR, key, reader)
    next_writer: dict[int, int] = {}
    for key, order in orders.items():
        next_writer.update(_add_writes(edges, found, key, order))
    scans = _Scans(found, orders)
    for look in found.looks:
        versions = (seen[look],) if look in seen else look.versions
        if look.condition is not None:
            scans.add_edges(edges, look, versions)
        elif len(versions) == 1:
            writer = found.versions[versions[0]].writer
            if writer != NOBODY:
                edges.add(writer, Kind.WR, look.key, look.reader)
            if versions[0] in next_writer:
                edges.add(look.reader, Kind.RW, look.key, next_writer[versions[0]])
    if len(orders) < len(found.installed):
        readers = _readers(found)
        for key in found.installed:
            if key not in orders:
                _add_partial(edges, found, key, readers)
    return edges


def _add_writes(
    edges: Edges, found: Attribution, key: str, order: Sequence[int]
) -> dict[int, int]:
    """Add the ww edges of one key; return who wrote the version after each."""
    writers = [found.versions[version].writer for version in order]
    for before, after in pairwise(writers):
        edges.add(before, Kind.WW, key, after)
    following = dict(zip(order, writers[1:], strict=False))
    if key in found.initial and writers:
        following[found.initial[key]] = writers[0]
    return following


def dependencies(history: TransactionHistory) -> tuple[Dependency, ...]:
    """Return the edges between transactions whose places are known, once each.

    Raises MalformedHistoryError.

    Examples:
        >>> from sdnotes.acid.notation import history_of_notation
        >>> for one in dependencies(history_of_notation("w1[x] r2[x] w2[x] c1 c2")):
        ...     print(one)
        T1 -ww(x)-> T2
        T1 -wr(x)-> T2
    """
    found = attribute(history)
    edges = edges_of(found, known_orders(found)).found
    count = len(found.transactions)
    told = [
        Dependency(found.name(before), kind, key, found.name(after))
        for before, kind, key, after in edges
        if kind is not None and before < count and after < count
    ]
    return tuple(dict.fromkeys(told))


@dataclass(slots=True)
class _Scans:
    """Where the versions of a key begin or cease to meet a condition."""

    found: Attribution
    orders: Orders
    turns: dict[tuple[str, str], tuple[list[int], dict[int, int]]] = field(
        default_factory=dict
    )

    def _turns(self, condition: str, key: str) -> tuple[list[int], dict[int, int]]:
        """Return the places of versions that changed it, and the place of each."""
        if (condition, key) not in self.turns:
            versions = self.found.versions
            chain = [self.found.first(key), *self.orders[key]]
            met = [condition in versions[version].meets for version in chain]
            places = [n for n in range(1, len(chain)) if met[n] != met[n - 1]]
            place = {version: n for n, version in enumerate(chain)}
            self.turns[condition, key] = places, place
        return self.turns[condition, key]

    def add_edges(self, edges: Edges, look: Look, versions: Sequence[int]) -> None:
        """Add what holds whichever of the versions the scan saw."""
        if look.condition is None or look.key not in self.orders:
            return
        turns, place = self._turns(look.condition, look.key)
        places = [place[version] for version in versions]
        chain = self.orders[look.key]
        later = bisect_right(turns, max(places))
        if later < len(turns):
            writer = self.found.versions[chain[turns[later] - 1]].writer
            edges.add(look.reader, Kind.SCAN_RW, look.key, writer)
        sooner = bisect_right(turns, min(places)) - 1
        mine = place.get(self.found.left_by.get((look.reader, look.key), NOBODY))
        if mine is not None and mine < min(places):
            # It saw what came after its own write: who wrote that comes before it, too.
            writer = self.found.versions[chain[min(places) - 1]].writer
            edges.add(writer, Kind.SCAN_WR, look.key, look.reader)
        elif sooner >= 0:
            writer = self.found.versions[chain[turns[sooner] - 1]].writer
            edges.add(writer, Kind.SCAN_WR, look.key, look.reader)


def _readers(found: Attribution) -> dict[int, list[int]]:
    """Return who read each version."""
    readers: dict[int, list[int]] = {}
    for look in found.looks:
        if look.condition is None and len(look.versions) == 1:
            readers.setdefault(look.versions[0], []).append(look.reader)
    return readers


def _add_partial(
    edges: Edges, found: Attribution, key: str, readers: Mapping[int, Sequence[int]]
) -> None:
    """Add the edges that hold in each order of the versions of a key."""
    first = found.first(key)
    later: dict[int, list[int]] = {first: found.installed[key]}
    for sooner, version in found.older.get(key, ()):
        later.setdefault(sooner, []).append(version)
    for version, versions in later.items():
        writers = dict.fromkeys(found.versions[v].writer for v in versions)
        targets = _Targets(edges, key, list(writers))
        if version != first:
            targets.add(found.versions[version].writer, Kind.WW)
        for reader in dict.fromkeys(readers.get(version, ())):
            targets.add(reader, Kind.RW)


@dataclass(slots=True)
class _Targets:
    """Transactions that all come later, with nodes that lead to many of them."""

    edges: Edges
    key: str
    writers: list[int]
    place: dict[int, int] = field(init=False)
    before: list[int] = field(init=False)
    after: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.place = {writer: n for n, writer in enumerate(self.writers)}
        self.before = self._chain(self.writers)

    def _chain(self, writers: Sequence[int]) -> list[int]:
        """Return nodes, each of which leads to a writer and to the node before it."""
        nodes: list[int] = []
        for writer in writers:
            node = self.edges.node()
            self.edges.add(node, None, self.key, writer)
            if nodes:
                self.edges.add(node, None, self.key, nodes[-1])
            nodes.append(node)
        return nodes

    def add(self, transaction: int, kind: Kind) -> None:
        """Add edges from a transaction to all of them but itself."""
        place = self.place.get(transaction)
        if place is None:
            self.edges.add(transaction, kind, self.key, self.before[-1])
            return
        if not self.after:
            self.after = self._chain(self.writers[::-1])[::-1]
        if place > 0:
            self.edges.add(transaction, kind, self.key, self.before[place - 1])
        if place + 1 < len(self.writers):
            self.edges.add(transaction, kind, self.key, self.after[place + 1])


def with_time(found: Attribution, edges: Edges) -> Edges:
    """Return a graph with an edge more where one ended before another one began.

    Its own nodes stand for the moments, each before the next one, so that there are no
    more edges than moments.
    """
    timed = Edges(edges.count, list(edges.found))
    kept = [t for t, is_kept in enumerate(found.kept) if is_kept]
    transactions = found.transactions
    ends = sorted({end for t in kept if (end := transactions[t].end) is not None})
    nodes = {end: timed.node() for end in ends}
    for sooner, later in pairwise(ends):
        timed.add(nodes[sooner], None, "", nodes[later])
    for number in kept:
        end, begin = transactions[number].end, transactions[number].begin
        if end is not None:
            timed.add(number, Kind.TIME, "", nodes[end])
        if begin is not None and (place := bisect_left(ends, begin)):
            timed.add(nodes[ends[place - 1]], None, "", number)
    return timed
