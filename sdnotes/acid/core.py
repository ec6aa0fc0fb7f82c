"""The part of a serialization graph that lies on cycles, and how a cycle is told.

    T1 -> T2 -> T3 -> T2      T1 lies on no cycle, so it is left out: what remains of a
                              history that is nearly right is a few transactions

    T2 -rw(x)-> (a node that leads on) -> T3      is told as T2 -rw(x)-> T3

Source: none; the names of edges are those of sdnotes.acid.phenomena.
Left out: the shortest cycle of all; the one that is told is a short one.
Chapter: docs/chapters/acid/.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple, TypeAlias

from sdnotes.acid.attribution import Attribution
from sdnotes.acid.cycles import components, on_cycles, path
from sdnotes.acid.dependencies import Edges
from sdnotes.acid.phenomena import Anomaly, Dependency, Kind, Phenomenon


class Edge(NamedTuple):
    """One node comes before another one; without a kind it only leads on."""

    before: int
    kind: Kind | None
    key: str
    after: int


Kinds: TypeAlias = frozenset[Kind | None]
"""Kinds of edges; None is that of an edge that only leads on."""

_TRIED = 25
"""How many edges a cycle is looked for through; the shortest of these is told."""


@dataclass(slots=True)
class Core:
    """The part of a graph that lies on cycles; ``nodes`` has the old numbers."""

    found: Attribution
    nodes: list[int]
    edges: list[Edge]

    @classmethod
    def of(cls, found: Attribution, edges: Edges, kinds: Kinds) -> "Core":
        """Return what lies on cycles of these kinds of edges."""
        graph: list[list[int]] = [[] for _ in range(edges.count)]
        for before, kind, _, after in edges.found:
            if kind in kinds:
                graph[before].append(after)
        component = components(graph)
        on_cycle = on_cycles(component)
        nodes = [node for node, is_on in enumerate(on_cycle) if is_on]
        number = {node: n for n, node in enumerate(nodes)}
        inside = [
            Edge(number[before], kind, key, number[after])
            for before, kind, key, after in edges.found
            if kind in kinds
            and on_cycle[before]
            and component[before] == component[after]
        ]
        return cls(found, nodes, inside)

    def graph(self, kinds: Kinds) -> list[list[int]]:
        """Return the successors of each node by edges of some kinds."""
        graph: list[list[int]] = [[] for _ in self.nodes]
        for before, kind, _, after in self.edges:
            if kind in kinds:
                graph[before].append(after)
        return graph

    def within(self, kinds: Kinds, wanted: Kinds) -> tuple[list[list[int]], list[Edge]]:
        """Return the graph of some kinds, and its wanted edges that lie on cycles."""
        graph = self.graph(kinds)
        component = components(graph)
        return graph, [
            edge
            for edge in self.edges
            if edge.kind in wanted and component[edge.before] == component[edge.after]
        ]

    def shown(
        self,
        phenomenon: Phenomenon,
        graph: list[list[int]],
        closing: Sequence[Edge],
        kinds: Kinds,
    ) -> Anomaly:
        """Return a short cycle along one of the edges and back by the graph."""
        best: list[int] | None = None
        chosen = closing[0]
        for edge in closing[:_TRIED]:
            back = path(graph, edge.after, edge.before)
            if back is not None and (
                best is None or self._size(back) < self._size(best)
            ):
                best, chosen = back, edge
        assert best is not None, "an edge on a cycle that does not close"
        return Anomaly(phenomenon, self.named([chosen, *self.steps(best, kinds)]))

    def _size(self, nodes: list[int]) -> int:
        count = len(self.found.transactions)
        return sum(self.nodes[node] < count for node in nodes)

    def steps(self, nodes: list[int], kinds: Kinds) -> list[Edge]:
        """Return edges along a path, of several the one that says least."""
        rank = {kind: n for n, kind in enumerate((None, *Kind))}
        best: dict[tuple[int, int], Edge] = {}
        wanted = set(pairwise(nodes))
        for edge in self.edges:
            place = edge.before, edge.after
            if place in wanted and edge.kind in kinds:
                known = best.get(place)
                if known is None or rank[edge.kind] < rank[known.kind]:
                    best[place] = edge
        return [best[place] for place in pairwise(nodes)]

    def named(self, steps: Sequence[Edge]) -> tuple[Dependency, ...]:
        """Return steps as dependencies between transactions, the smallest first."""
        count = len(self.found.transactions)
        turned = list(steps)
        while self.nodes[turned[0].before] >= count:
            turned.append(turned.pop(0))
        told: list[tuple[int, Kind, str, int]] = []
        for before, kind, key, after in turned:
            if self.nodes[before] < count:
                assert kind is not None, "a free edge that begins at a transaction"
                told.append((self.nodes[before], kind, key, self.nodes[after]))
            else:
                start, entered, by, _ = told.pop()
                told.append((start, entered, by, self.nodes[after]))
        first = min(range(len(told)), key=lambda n: told[n][0])
        names = self.found.name
        return tuple(
            Dependency(names(before), kind, key, names(after))
            for before, kind, key, after in told[first:] + told[:first]
        )
