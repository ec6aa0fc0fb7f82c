"""Which orders of versions could explain what was read, where reads do not tell?

    T1 writes x = 1, T2 writes x = 2, nobody reads x        1, 2    or    2, 1
    T3 scans and misses y, which was deleted once     before it was there, or after

Each combination is one explanation. The likeliest come first: an order in which the
transactions may have run, by the clock and by the rest of the graph; then by that
graph alone; then all there are, one after the other.

Source: Papadimitriou 1979 for why nothing much better is to be had: to say whether a
history is serializable when the order of versions is not known is NP-complete.
Left out: a search that uses what failed before (a SAT solver).
Chapter: docs/chapters/acid/.
"""

from collections.abc import Iterator, Mapping, Sequence
from heapq import heapify, heappop, heappush
from typing import TypeAlias

from sdnotes.acid.attribution import NOBODY, Attribution, Look
from sdnotes.acid.cycles import components, sorted_by_edges
from sdnotes.acid.dependencies import Edges, Orders, with_time
from sdnotes.acid.phenomena import Kind

Explanation: TypeAlias = tuple[dict[str, Sequence[int]], dict[Look, int]]
"""The order of the versions of each key, and what each open look saw."""

_MOST_OPEN = 40
"""How many versions and looks may be open for all explanations to be tried."""


def is_open(found: Attribution, orders: Orders) -> bool:
    """Return whether more than one explanation is possible."""
    return len(orders) < len(found.installed) or any(
        len(look.versions) > 1 for look in found.looks
    )


def likely_explanations(
    found: Attribution, orders: Orders, edges: Edges
) -> Iterator[Explanation]:
    """Yield two or three explanations, the likeliest first.

    ``orders`` has the keys for which only one is possible, ``edges`` what is known.
    """
    looks = _open_looks(found)
    for rank in _likely_ranks(found, edges):
        ordered = dict(orders)
        for key in _open_keys(found, orders):
            ordered[key] = _likely_order(found, key, rank)
        yield ordered, {look: _likely(found, look, rank) for look in looks}


def all_explanations(
    found: Attribution, orders: Orders
) -> Iterator[Explanation] | None:
    """Yield every explanation; None where they are too many to begin with."""
    keys, looks = _open_keys(found, orders), _open_looks(found)
    if len(looks) + sum(len(found.installed[key]) for key in keys) > _MOST_OPEN:
        return None
    return (
        (ordered, seen)
        for ordered in _all_orders(found, dict(orders), keys)
        for seen in _all_looks(looks, {})
    )


def _open_keys(found: Attribution, orders: Orders) -> list[str]:
    return [key for key in found.installed if key not in orders]


def _open_looks(found: Attribution) -> list[Look]:
    return list(dict.fromkeys(look for look in found.looks if len(look.versions) > 1))


def _likely_ranks(found: Attribution, edges: Edges) -> Iterator[list[int]]:
    """Yield places of the transactions in orders in which they may have run."""
    timed = with_time(found, edges)
    every = set(Kind)
    for tried, kinds in (
        (timed, every),
        (edges, every),
        (edges, every - {Kind.RW, Kind.SCAN_RW}),
    ):
        graph: list[list[int]] = [[] for _ in range(tried.count)]
        for before, kind, _, after in tried.found:
            if kind is None or kind in kinds:
                graph[before].append(after)
        rank = [0] * tried.count
        for place, node in enumerate(sorted_by_edges(graph, components(graph))):
            rank[node] = place
        yield rank[: len(found.transactions)]


def _likely(found: Attribution, look: Look, rank: Sequence[int]) -> int:
    """Return the newest of the versions that were written before the reader."""

    def place(version: int) -> int:
        writer = found.versions[version].writer
        return -1 if writer == NOBODY else rank[writer]

    sooner = [v for v in look.versions if place(v) < rank[look.reader]]
    return max(sooner, key=place) if sooner else min(look.versions, key=place)


def _likely_order(found: Attribution, key: str, rank: Sequence[int]) -> tuple[int, ...]:
    """Return an order of the versions of a key: of those that may come, by rank."""
    later, waits_for = _constraints(found, key)

    def place(version: int) -> tuple[int, int]:
        return rank[found.versions[version].writer], version

    ready = [place(version) for version, count in waits_for.items() if not count]
    heapify(ready)
    order = []
    while ready:
        _, version = heappop(ready)
        order.append(version)
        for other in later[version]:
            waits_for[other] -= 1
            if not waits_for[other]:
                heappush(ready, place(other))
    return tuple(order)


def _constraints(
    found: Attribution, key: str
) -> tuple[dict[int, list[int]], dict[int, int]]:
    """Return which versions are newer than each, and how many older ones it has."""
    later: dict[int, list[int]] = {version: [] for version in found.installed[key]}
    waits_for = dict.fromkeys(later, 0)
    for sooner, version in dict.fromkeys(found.older.get(key, ())):
        later[sooner].append(version)
        waits_for[version] += 1
    return later, waits_for


def _extensions(found: Attribution, key: str) -> Iterator[tuple[int, ...]]:
    """Yield every order of the versions of a key in which the older come first."""
    later, waits_for = _constraints(found, key)
    placed: list[int] = []

    def extend() -> Iterator[tuple[int, ...]]:
        if len(placed) == len(waits_for):
            yield tuple(placed)
        for version in waits_for:
            if waits_for[version] or version in placed:
                continue
            placed.append(version)
            for other in later[version]:
                waits_for[other] -= 1
            yield from extend()
            for other in later[version]:
                waits_for[other] += 1
            placed.pop()

    return extend()


def _all_orders(
    found: Attribution, ordered: dict[str, Sequence[int]], keys: Sequence[str]
) -> Iterator[dict[str, Sequence[int]]]:
    """Yield every combination of the orders of some keys."""
    if not keys:
        yield dict(ordered)
        return
    for order in _extensions(found, keys[0]):
        ordered[keys[0]] = order
        yield from _all_orders(found, ordered, keys[1:])


def _all_looks(
    looks: Sequence[Look], seen: Mapping[Look, int]
) -> Iterator[dict[Look, int]]:
    if not looks:
        yield dict(seen)
        return
    for version in looks[0].versions:
        yield from _all_looks(looks[1:], {**seen, looks[0]: version})
