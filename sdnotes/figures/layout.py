"""Where things stand in a space-time diagram: times to heights, nodes to columns.

Time runs down, but not to scale: a gap is drawn between a least and a greatest height,
and grows where the words beside a lifeline need room.

    t = 0 ms    --+--------+--     y = 50
                  |        |
    t = 10 ms   --+--------+--     y = 92     10 ms
    t = 70 ms   --+--------+--     y = 150    60 ms, drawn shorter
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from sdnotes.figures.marks import lines_of
from sdnotes.sim.trace import (
    Completed,
    CutMade,
    Event,
    Healed,
    Invoked,
    Lost,
    Note,
    Sent,
)

LINE_PX = 14
CHARACTER_PX = 6.6  # a wide sans-serif at 11.5 px; most are narrower
HEAD_PX = 30
HEAD_CHARACTER_PX = 8.2  # the same, at 13 px and bold
_GUTTER_PX = 36
_LEAST_GAP_PX = 26
_GREATEST_GAP_PX = 66
_TYPICAL_GAP_PX = 40


def gaps_px(
    times_us: Sequence[int], *, least: float, typical: float, greatest: float
) -> list[float]:
    """Return how far apart neighbouring times are drawn: in proportion, within limits.

    The median gap gets the typical length.
    """
    gaps = [later - sooner for sooner, later in pairwise(times_us)]
    scale = typical / median(gaps) if gaps else 1.0
    return [min(max(gap * scale, least), greatest) for gap in gaps]


@dataclass(frozen=True, slots=True)
class Words:
    """Lines of text beside a lifeline, for one event; ``y`` is the first baseline."""

    step: int
    lines: tuple[str, ...]
    y: float


@dataclass(frozen=True, slots=True)
class Layout:
    """The geometry of one diagram, in pixels of its view box."""

    width: float
    height: float
    column_x: dict[str, float]
    time_y: dict[int, float]
    words: dict[str, list[Words]]

    def y_of(self, at_us: int) -> float:
        """Return the height of a time that has an event."""
        return self.time_y[at_us]


def says(event: Event) -> str:
    """Return what an event writes beside its node's lifeline, if anything."""
    if isinstance(event, Note | Invoked | Completed):
        return event.what
    return ""


def nodes_of(events: Iterable[Event]) -> list[str]:
    """Return the nodes of a trace in the order of their first appearance."""
    seen: dict[str, None] = {}
    for event in events:
        if isinstance(event, CutMade):
            for pair in event.links:
                seen.update(dict.fromkeys(pair))
        elif not isinstance(event, Healed):
            seen.setdefault(event.who)
            if isinstance(event, Sent | Lost):
                seen.setdefault(event.to)
    return list(seen)


def _columns(nodes: Sequence[str]) -> tuple[float, dict[str, float]]:
    count = len(nodes)
    head = HEAD_CHARACTER_PX * max(map(len, nodes)) + 10
    # Four nodes still fit a phone without words below 9.5 px.
    gap = 92.0 if count < 4 else 61.0
    width = max(372.0, 190.0 + max(gap, head) * (count - 1))
    if count == 1:
        return width, {nodes[0]: _GUTTER_PX + 40.0}
    left = _GUTTER_PX + 92.0
    gap = (width - left - 94.0) / (count - 1)
    return width, {node: left + gap * i for i, node in enumerate(nodes)}


def room_for_words(
    node: str, column_x: dict[str, float], width: float
) -> tuple[str, float]:
    """Return on which side a node's words stand, and how wide they may be."""
    nodes = list(column_x)
    if len(nodes) > 1 and node == nodes[0]:
        return "left", column_x[node] - _GUTTER_PX - 10
    if node == nodes[-1]:
        return "right", width - column_x[node] - 10
    return "right", column_x[nodes[nodes.index(node) + 1]] - column_x[node] - 14


def lay_out(events: Sequence[Event], nodes: Sequence[str]) -> Layout:
    """Return where each node, time and piece of text stands."""
    width, column_x = _columns(nodes)
    times = sorted({event.at_us for event in events})
    gaps = gaps_px(
        times, least=_LEAST_GAP_PX, typical=_TYPICAL_GAP_PX, greatest=_GREATEST_GAP_PX
    )

    words: dict[str, list[Words]] = {node: [] for node in nodes}
    bottom = dict.fromkeys(nodes, 0.0)
    time_y: dict[int, float] = {}
    y = HEAD_PX + 24.0
    for place, at_us in enumerate(times):
        here = [(i, e) for i, e in enumerate(events) if e.at_us == at_us]
        wrapped = {}
        for step, event in here:
            if text := says(event):
                _, room = room_for_words(event.who, column_x, width)
                letters = max(8, int(room / CHARACTER_PX))
                wrapped[step] = lines_of(text, letters)
        if place:
            y += gaps[place - 1]
        speakers = {events[step].who for step in wrapped}
        y = max([y, *(bottom[who] + LINE_PX for who in speakers)])
        time_y[at_us] = y
        for step, lines in wrapped.items():
            who = events[step].who
            first = max(y + 4, bottom[who] + LINE_PX)
            words[who].append(Words(step, tuple(lines), first))
            bottom[who] = first + LINE_PX * (len(lines) - 1)
    height = max([y, *bottom.values()]) + 26
    return Layout(width, height, column_x, time_y, words)
