"""Which phenomena does a serialization graph exhibit, and by which cycle?

    edges                                     what is found
    T1 -rw(y)-> T2, T2 -wr(x)-> T1            G-single, so G2-item and G2 too
    T1 -rw(y)-> T2, T2 -rw(x)-> T1            G2-item, so G2 too
    T1 -rw(y)-> T2, T2 -wr(x)-> T3            nothing: T1, T2, T3 is a serial order

A phenomenon is exhibited when its cycle is there: by components for those that allow
any number of an edge, by reachability for the one that allows exactly one rw, and by
components of a doubled graph for "never two rw in a row", where each transaction is
there twice: reached by rw, and reached otherwise.

Source: Adya 1999, chapters 3 and 4; Cerone and Gotsman 2016, "Analysing Snapshot
Isolation", for the graphs that some snapshots explain.
Left out: the shortest cycle of all; the one shown is a short one.
Chapter: docs/chapters/acid/.
"""

from dataclasses import dataclass, field
from itertools import pairwise

from sdnotes.acid.attribution import Attribution
from sdnotes.acid.core import Core, Kinds
from sdnotes.acid.cycles import components, connected, path
from sdnotes.acid.dependencies import Edges, with_time
from sdnotes.acid.phenomena import Anomaly, Dependency, Kind, Phenomenon

_ITEM: Kinds = frozenset({Kind.WW, Kind.WR, Kind.SCAN_WR, None})
_RW: Kinds = frozenset({Kind.RW, Kind.SCAN_RW})
_ALL = _ITEM | _RW
_TIMED = _ALL | {Kind.TIME}


@dataclass(slots=True)
class Exhibited:
    """The phenomena of one graph, and cycles that show them."""

    phenomena: set[Phenomenon] = field(default_factory=set)
    anomalies: list[Anomaly] = field(default_factory=list)


def exhibited(found: Attribution, edges: Edges, *, is_exact: bool) -> Exhibited:
    """Return the phenomena that are cycles, of one graph.

    ``is_exact`` says that the moments of transactions are those of the database. Cost:
    linear in nodes and edges, but for G-single, which adds a pass over those on cycles
    for every 2,048 transactions with an rw edge.
    """
    result = Exhibited()
    timed = Core.of(found, with_time(found, edges), _TIMED)
    if timed.edges:  # else there is no cycle without the clock either
        core = Core.of(found, edges, _ALL)
        if core.edges:
            _add_dirty(result, core)
            _add_skewed(result, core)
        else:
            closing = [edge for edge in timed.edges if edge.kind is Kind.TIME]
            result.phenomena.add(Phenomenon.REAL_TIME)
            result.anomalies.append(
                timed.shown(Phenomenon.REAL_TIME, timed.graph(_TIMED), closing, _TIMED)
            )
    if is_exact:
        _add_against_snapshots(result, found, edges)
    return result


def _add_dirty(result: Exhibited, core: Core) -> None:
    """Add the cycles without an rw edge."""
    writes = frozenset({Kind.WW, None})
    graph, closing = core.within(writes, frozenset({Kind.WW}))
    if closing:
        result.phenomena |= {Phenomenon.G0, Phenomenon.G1C}
        result.anomalies.append(core.shown(Phenomenon.G0, graph, closing, writes))
    graph, closing = core.within(_ITEM, frozenset({Kind.WR, Kind.SCAN_WR}))
    if closing:
        result.phenomena.add(Phenomenon.G1C)
        result.anomalies.append(core.shown(Phenomenon.G1C, graph, closing, _ITEM))


def _add_skewed(result: Exhibited, core: Core) -> None:
    """Add the cycles with rw edges: one, never two in a row, of items only, any."""
    graph = core.graph(_ITEM)
    skewed = [edge for edge in core.edges if edge.kind in _RW]
    pairs = [(edge.after, edge.before) for edge in skewed]
    joined = set(connected(graph, components(graph), pairs))
    closing = [edge for edge in skewed if (edge.after, edge.before) in joined]
    if closing:
        result.phenomena |= {Phenomenon.G_SINGLE, Phenomenon.G_NONADJACENT}
        result.anomalies.append(core.shown(Phenomenon.G_SINGLE, graph, closing, _ITEM))
    else:
        _add_nonadjacent(result, core)
    items = _ALL - {Kind.SCAN_RW}
    graph, closing = core.within(items, frozenset({Kind.RW}))
    if closing:
        result.phenomena.add(Phenomenon.G2_ITEM)
        if not _has_shown(result, Kind.RW, without=Kind.SCAN_RW):
            result.anomalies.append(
                core.shown(Phenomenon.G2_ITEM, graph, closing, items)
            )
    if skewed:
        result.phenomena.add(Phenomenon.G2)
        by_scan = [edge for edge in skewed if edge.kind is Kind.SCAN_RW]
        if not _has_shown(result, Kind.RW) and not _has_shown(result, Kind.SCAN_RW):
            result.anomalies.append(
                core.shown(Phenomenon.G2, core.graph(_ALL), by_scan, _ALL)
            )


def _has_shown(result: Exhibited, kind: Kind, without: Kind | None = None) -> bool:
    for anomaly in result.anomalies:
        kinds = {step.kind for step in anomaly.cycle}
        if kind in kinds and without not in kinds:
            return True
    return False


def _add_nonadjacent(result: Exhibited, core: Core) -> None:
    """Add a cycle in which no two rw edges follow each other, if there is one.

    Node n stands for "reached otherwise" and n + count for "reached by rw": from there
    no rw edge leads on. A free edge leaves that as it is.
    """
    count = len(core.nodes)
    doubled: list[list[int]] = [[] for _ in range(2 * count)]
    for before, kind, _, after in core.edges:
        if kind in _RW:
            doubled[before].append(after + count)
        else:
            doubled[before].append(after)
            doubled[before + count].append(after + count * (kind is None))
    component = components(doubled)
    closing = [
        edge
        for edge in core.edges
        if edge.kind in _RW and component[edge.before] == component[edge.after + count]
    ]
    if not closing:
        return
    result.phenomena.add(Phenomenon.G_NONADJACENT)
    edge = closing[0]
    back = path(doubled, edge.after + count, edge.before)
    assert back is not None, "an edge on a cycle that does not close"
    steps = [edge]
    for before, after in pairwise(back):
        by_rw = before < count <= after
        kinds = _RW if by_rw else _ITEM
        steps.extend(core.steps([before % count, after % count], kinds))
    result.anomalies.append(Anomaly(Phenomenon.G_NONADJACENT, core.named(steps)))


def _add_against_snapshots(result: Exhibited, found: Attribution, edges: Edges) -> None:
    """Add what contradicts the moments of snapshots and commits (G-SIa, G-SIb)."""
    count = len(found.transactions)
    for before, kind, key, after in edges.found:
        if kind is None or before >= count or after >= count:
            continue
        first, last = found.transactions[before], found.transactions[after]
        told = Dependency(first.name, kind, key, last.name)
        if kind in _RW:
            if _is_over(last.end, first.begin) and (
                Phenomenon.G_SI_B not in result.phenomena
            ):
                result.phenomena.add(Phenomenon.G_SI_B)
                back = Dependency(last.name, Kind.TIME, "", first.name)
                result.anomalies.append(Anomaly(Phenomenon.G_SI_B, (told, back)))
        elif not _is_over(first.end, last.begin) and (
            Phenomenon.G_SI_A not in result.phenomena
        ):
            result.phenomena.add(Phenomenon.G_SI_A)
            late = f"{told}, and {first.name} had not committed when {last.name} began"
            result.anomalies.append(Anomaly(Phenomenon.G_SI_A, told=late))


def _is_over(end: int | None, begin: int | None) -> bool:
    return end is not None and begin is not None and end < begin
