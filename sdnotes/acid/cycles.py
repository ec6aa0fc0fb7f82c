"""Which transactions lie on a cycle, and what is the shortest one?

    0 -> 1 -> 2 -> 0     3 -> 4          components(...) -> [2, 2, 2], [1], [0]: one
                                         number for those that reach each other

Nodes are the numbers 0, 1, 2, ...; an edge says that its left end comes first. What
lies on a cycle has a partner in its strongly connected component; whoever is alone in
it has none. All of this takes time linear in nodes and edges, but for the search for a
path from many nodes at once.

Source: Tarjan 1972, "Depth-first search and linear graph algorithms"; without
recursion, since a chain of transactions is as long as the history.
Left out: edges with weights; all cycles (there can be exponentially many).
Chapter: docs/chapters/acid/.
"""

from collections import deque
from collections.abc import Sequence
from heapq import heapify, heappop, heappush

Graph = Sequence[Sequence[int]]
"""For each node those that an edge leads to."""

_BITS = 2048
"""How many nodes are looked for at once, each of them a bit of one number."""


def components(graph: Graph) -> list[int]:
    """Return the component of each node; an edge never leads to a higher number.

    Examples:
        >>> components([[1], [0], [0]])
        [0, 0, 1]
    """
    count = len(graph)
    place = [0] * count  # when it was first seen, counted from 1
    low = [0] * count
    component = [-1] * count
    found = seen = 0
    stack: list[int] = []
    for root in range(count):
        if place[root]:
            continue
        work = [(root, 0)]
        while work:
            node, turn = work.pop()
            if turn == 0:
                seen += 1
                place[node] = low[node] = seen
                stack.append(node)
            nexts = graph[node]
            while turn < len(nexts):
                other = nexts[turn]
                turn += 1
                if not place[other]:
                    work.append((node, turn))
                    work.append((other, 0))
                    break
                if component[other] < 0:
                    low[node] = min(low[node], place[other])
            else:
                if low[node] == place[node]:
                    while component[node] < 0:
                        component[stack.pop()] = found
                    found += 1
                if work:
                    parent = work[-1][0]
                    low[parent] = min(low[parent], low[node])
    return component


def on_cycles(component: Sequence[int]) -> list[bool]:
    """Return for each node whether another one is in its component."""
    sizes = [0] * (max(component, default=-1) + 1)
    for number in component:
        sizes[number] += 1
    return [sizes[number] > 1 for number in component]


def path(graph: Graph, start: int, goal: int) -> list[int] | None:
    """Return a shortest path, both ends included, or None if there is none.

    Examples:
        >>> path([[1, 2], [2], [3], []], 0, 3)
        [0, 2, 3]
    """
    before: dict[int, int] = {start: start}
    waiting = deque([start])
    while waiting:
        node = waiting.popleft()
        if node == goal:
            steps = [node]
            while node != start:
                node = before[node]
                steps.append(node)
            return steps[::-1]
        for other in graph[node]:
            if other not in before:
                before[other] = node
                waiting.append(other)
    return None


def connected(
    graph: Graph, component: Sequence[int], pairs: Sequence[tuple[int, int]]
) -> list[tuple[int, int]]:
    """Return those of the pairs (start, goal) that a path joins, in their order.

    ``component`` is what ``components`` made of the graph. Cost: linear in nodes and
    edges, once for every 2,048 goals.
    """
    members: list[list[int]] = [[] for _ in range(max(component, default=-1) + 1)]
    for node, number in enumerate(component):
        members[number].append(node)
    goals = sorted({goal for _, goal in pairs})
    joined: set[tuple[int, int]] = set()
    for first in range(0, len(goals), _BITS):
        bit = {goal: 1 << n for n, goal in enumerate(goals[first : first + _BITS])}
        reached = [0] * len(members)
        for number, nodes in enumerate(members):  # where edges end comes first
            mask = 0
            for node in nodes:
                mask |= bit.get(node, 0)
                for other in graph[node]:
                    mask |= reached[component[other]]
            reached[number] = mask
        for start, goal in pairs:
            if goal in bit and reached[component[start]] & bit[goal]:
                joined.add((start, goal))
    return [pair for pair in pairs if pair in joined]


def sorted_by_edges(graph: Graph, component: Sequence[int]) -> list[int]:
    """Return the nodes so that edges lead to the right; the smallest first, if free.

    Where there are cycles, the nodes of a component stand together, the smallest first.

    Examples:
        >>> graph = [[], [0], []]
        >>> sorted_by_edges(graph, components(graph))
        [1, 0, 2]
    """
    waits_for = [0] * (max(component, default=-1) + 1)
    later: list[list[int]] = [[] for _ in waits_for]
    members: list[list[int]] = [[] for _ in waits_for]
    for node, nexts in enumerate(graph):
        members[component[node]].append(node)
        for other in nexts:
            if component[other] != component[node]:
                later[component[node]].append(component[other])
                waits_for[component[other]] += 1
    ready = [nodes[0] for n, nodes in enumerate(members) if not waits_for[n]]
    heapify(ready)
    order: list[int] = []
    while ready:
        number = component[heappop(ready)]
        order.extend(members[number])
        for other in later[number]:
            waits_for[other] -= 1
            if not waits_for[other]:
                heappush(ready, members[other][0])
    return order
